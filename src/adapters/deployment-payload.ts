/** The fields of a deployment's payload as GraphQL gives it: JSON, and where it was passed as a text JSON within JSON. None where it is no object. */
export function payloadFields(payload: string | null): ReadonlyMap<string, unknown> {
  try {
    let read: unknown = JSON.parse(payload ?? '{}');
    if (typeof read === 'string') read = JSON.parse(read);
    return new Map(typeof read === 'object' && read !== null ? Object.entries(read) : []);
  } catch {
    return new Map();
  }
}
