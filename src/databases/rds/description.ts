/** What AWS says of an instance, a cluster or a snapshot, by its own field names (DescribeDBInstances …); times are ISO 8601. Plain data. */
export type Description = { readonly [field: string]: Value };
export type Value = string | number | boolean | null | undefined | readonly Value[] | Description;

function isDescription(read: Value): read is Description {
  return typeof read === 'object' && read !== null && !Array.isArray(read);
}

export function text(of: Description, field: string): string | undefined {
  const value = of[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function number(of: Description, field: string): number | undefined {
  const value = of[field];
  return typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

export function flag(of: Description, field: string): boolean | undefined {
  const value = of[field];
  return typeof value === 'boolean' ? value : undefined;
}

export function part(of: Description, field: string): Description {
  const value = of[field];
  return isDescription(value) ? value : {};
}

export function parts(of: Description, field: string): Description[] {
  const value = of[field];
  return Array.isArray(value) ? value.filter(isDescription) : [];
}

/** Texts of a list; undefined when there are none. */
export function texts(of: Description, field: string): string[] | undefined {
  const value = of[field];
  const found = Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  return found.length === 0 ? undefined : found;
}

/** One field of each element of a list; undefined when there are none. */
export function each(of: Description, field: string, inner: string): string[] | undefined {
  const found = parts(of, field).map((one) => text(one, inner)).filter((one) => one !== undefined);
  return found.length === 0 ? undefined : found;
}

/** Milliseconds since the epoch. */
export function time(of: Description, field: string): number | undefined {
  const parsed = Date.parse(text(of, field) ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
}
