/** How a deployment can have ended, as GitHub's GraphQL names it. */
const ended = new Set(['SUCCESS', 'FAILURE', 'ERROR', 'INACTIVE']);

/**
 * A deployment's statuses, oldest first. GitHub does not say in which order they come, and tells whole seconds: of one second, what says that it
 * goes on comes before what says how it ended.
 */
export function oldestFirst<T extends { readonly state: string; readonly createdAt: string }>(statuses: readonly T[]): readonly T[] {
  return statuses.toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt) || Number(ended.has(one.state)) - Number(ended.has(other.state)));
}
