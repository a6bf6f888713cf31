/** Holds requests and answers against the SDK's own model of the service. */

/**
 * What does not fit, as `MetricDataResults[0].Timestmaps is not in the model`. A schema is a number for a simple type (0 string, 1 number, 2 boolean,
 * 4 time, 64 and more a list of it) or a tuple: 1 for a list, 3 for a structure, with the names and the schemas of its members.
 */
export function misfits(value: unknown, schema: unknown, at = ''): readonly string[] {
  const resolved: unknown = typeof schema === 'function' ? schema() : schema;
  if (typeof resolved === 'number') return simple(value, resolved, at);
  if (!Array.isArray(resolved)) return [`${at}: the model has no schema for it`];
  const [kind, , , , names, schemas] = resolved as readonly unknown[];
  if (kind === 1) return Array.isArray(value) ? value.flatMap((each, index) => misfits(each, names, `${at}[${index}]`)) : [`${at} is not a list`];
  if (kind !== 3 || !Array.isArray(names) || !Array.isArray(schemas)) return [`${at}: a schema of kind ${String(kind)} is not known here`];
  if (typeof value !== 'object' || value === null) return [`${at} is not a structure`];
  return Object.entries(value).flatMap(([name, member]) => {
    const index = names.indexOf(name);
    return index < 0 ? [`${at}.${name} is not in the model`] : misfits(member, schemas[index], `${at}.${name}`);
  });
}

function simple(value: unknown, schema: number, at: string): readonly string[] {
  if (schema >= 64) return Array.isArray(value) ? value.flatMap((each, index) => simple(each, schema - 64, `${at}[${index}]`)) : [`${at} is not a list`];
  const wanted = ({ 0: 'string', 1: 'number', 2: 'boolean', 4: 'number' } as Readonly<Record<number, string>>)[schema];
  return typeof value === wanted ? [] : [`${at} is not a ${wanted ?? `value of kind ${schema}`}`];
}
