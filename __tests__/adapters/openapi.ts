/** GitHub's own description of its REST API, to hold requests against, and what a stand-in answers. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

type Schema = Readonly<Record<string, unknown>>;
type Content = { readonly content?: Readonly<Record<string, { readonly schema: Schema; readonly examples?: Readonly<Record<string, Schema>> }>> };
type Operation = {
  readonly parameters?: readonly Schema[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
};
type Description = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>; readonly components: Schema };

export type Described = {
  /** `POST /repos/{owner}/{repo}/issues` */
  readonly name: string;
  /** What is wrong with a request; empty when nothing is. */
  request(query: URLSearchParams, body: unknown): readonly string[];
  /** What is wrong with an answer. */
  answer(status: number, body: unknown): readonly string[];
  /** GitHub's own example of an answer. */
  example(status: number): unknown;
};

const file = createRequire(import.meta.url).resolve('@octokit/openapi').replace(/index\.js$/, 'generated/api.github.com.json');

/** Of api.github.com. Reading it takes a second. @returns undefined for what the API does not have */
export function readDescription(): (method: string, path: string) => Described | undefined {
  const { paths, components } = JSON.parse(readFileSync(file, 'utf8')) as Description;
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
  formats(ajv);
  ajv.addSchema({ $id: 'github', components: withNull(components) as Schema });
  const operations = Object.keys(paths).map((template) => ({
    template, literal: template.split('/').filter((part) => !part.startsWith('{')).length,
    form: new RegExp(`^${template.replaceAll('.', String.raw`\.`).replaceAll(/\{ref\}|\{path\}/g, '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  })).toSorted((one, other) => other.literal - one.literal);

  const at = (reference: string): unknown => reference.split('/').slice(1).reduce<unknown>((value, name) => (value as Schema)[name], { components });
  const resolved = <T>(value: T): T => (typeof value === 'object' && value !== null && '$ref' in value ? at(String(value.$ref)) as T : value);
  const check = (schema: Schema, value: unknown, what: string): readonly string[] => {
    const valid = ajv.compile(JSON.parse(JSON.stringify(withNull(schema)).replaceAll('"#/components', '"github#/components')) as Schema);
    return valid(value) ? [] : (valid.errors ?? []).map(({ instancePath, message, params }) => `${what}${instancePath} ${message ?? ''} ${JSON.stringify(params)}`);
  };
  const json = (content: Content | undefined) => resolved(content)?.content?.['application/json'];

  return (method, path) => {
    const found = operations.find(({ form, template }) => form.test(path) && paths[template]?.[method.toLowerCase()] !== undefined);
    const operation = found === undefined ? undefined : paths[found.template]?.[method.toLowerCase()];
    if (found === undefined || operation === undefined) return undefined;
    return {
      name: `${method} ${found.template}`,
      request(query, body) {
        const known = (operation.parameters ?? []).map(resolved).filter((each) => each['in'] === 'query').map((each) => String(each['name']));
        const schema = json(operation.requestBody)?.schema;
        // The description lets a body have more properties than it names; a name that it does not know would be a mistake of ours.
        const names = schema === undefined || typeof body !== 'object' || body === null ? [] : Object.keys(body).filter((name) => !(name in (schema['properties'] as Schema)));
        return [
          ...[...query.keys()].filter((name) => !known.includes(name)).map((name) => `query ${name} is not known`),
          ...names.map((name) => `body ${name} is not known`),
          ...(schema === undefined ? (body === undefined ? [] : ['a body is not known']) : body === undefined ? ['the body is missing'] : check(schema, body, 'body')),
        ];
      },
      answer(status, body) {
        const described = operation.responses[String(status)];
        // What any request can be answered with is not told at each: bad credentials, a server that fails.
        if (described === undefined && status < 400) return [`${status} is no answer to it`];
        return check(json(described)?.schema ?? { $ref: '#/components/schemas/basic-error' }, body, `answer ${status}`);
      },
      example(status) {
        const [example] = Object.values(json(operation.responses[String(status)])?.examples ?? {});
        return mended(resolved(example)?.['value']);
      },
    };
  };
}

/** A copy of an example, with what the description requires and its examples of repositories and teams lack. */
function mended(example: unknown): unknown {
  if (Array.isArray(example)) return example.map(mended);
  if (typeof example !== 'object' || example === null) return example;
  const lacking = 'full_name' in example ? { language: null } : 'slug' in example && 'permission' in example ? { type: 'organization' } : {};
  return { ...lacking, ...Object.fromEntries(Object.entries(example).map(([name, each]) => [name, mended(each)])) };
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as Schema;
  const schema = Object.fromEntries(Object.entries(rest).map(([name, each]) => [name, withNull(each)]));
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : typeof nullable === 'boolean' ? schema : { ...schema, ...(nullable === undefined ? {} : { nullable: withNull(nullable) }) };
}
