/** JSON Schema, as far as schemas/metrics.schema.json uses it. A keyword that is not known here is an error, not passed over. */
export type Schema = { readonly [keyword: string]: unknown };

/** Where, and which keyword is not kept to. */
export function mistakesIn(value: unknown, schema: Schema, root = schema, place = ''): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => against(keyword, rule));

  function against(keyword: string, rule: unknown): readonly string[] {
    const wrong = (is: boolean): readonly string[] => (is ? [`${place}: ${keyword}`] : []);
    const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
    switch (keyword) {
      case '$schema': case '$defs': case 'title': case 'description': return [];
      case '$ref': return mistakesIn(value, (root['$defs'] as Record<string, Schema>)[String(rule).replace('#/$defs/', '')] as Schema, root, place);
      case 'const': return wrong(value !== rule);
      case 'enum': return wrong(!(rule as readonly unknown[]).includes(value));
      case 'type': return wrong(![rule].flat().some((type) => isOf(String(type))));
      case 'minimum': return wrong(typeof value === 'number' && value < Number(rule));
      case 'maximum': return wrong(typeof value === 'number' && value > Number(rule));
      case 'maxItems': return wrong(Array.isArray(value) && value.length > Number(rule));
      case 'pattern': return wrong(typeof value === 'string' && !new RegExp(String(rule)).test(value));
      case 'format': return wrong(typeof value === 'string' && new Date(value).toISOString() !== value);
      case 'required': return (rule as readonly string[]).filter((name) => object !== undefined && !(name in object)).map((name) => `${place}: ${name}`);
      case 'additionalProperties': return wrong(Object.keys(object ?? {}).some((name) => !(name in (schema['properties'] as object))));
      case 'properties': return Object.entries(rule as Record<string, Schema>).flatMap(([name, each]) => (object !== undefined && name in object ? mistakesIn(object[name], each, root, `${place}.${name}`) : []));
      case 'items': return Array.isArray(value) ? value.flatMap((item, index) => mistakesIn(item, rule as Schema, root, `${place}[${index}]`)) : [];
      default: throw new Error(`The keyword ${keyword} is not known`);
    }
  }

  function isOf(type: string): boolean {
    switch (type) {
      case 'null': return value === null;
      case 'array': return Array.isArray(value);
      case 'object': return typeof value === 'object' && value !== null && !Array.isArray(value);
      case 'integer': return Number.isInteger(value);
      default: return typeof value === type;
    }
  }
}
