/**
 * The stages of a git rollback. Pure.
 *
 * The order is the point: the database goes down with the current code (only that has the downgrade scripts), before any checkout. Undo
 * runs the stages backwards, so what must come last there (services, on the found code) belongs to a step that comes first here.
 */
import type { Inputs } from '../../inputs.ts';
import type { Plan, Step } from '../../plan.ts';
import type { GitFacts, TargetOnHost } from './assess.ts';
import { partsOf, type Parts, type PlanContext } from './parts.ts';
import { stage, switchHosts } from './stages.ts';

/** Steps that belong to the data: made by databases/ and migrations/. */
export type DataSteps = { readonly backups: readonly Step[]; readonly migrations: readonly Step[] };

export function planGit(inputs: Inputs, facts: GitFacts, data: DataSteps, context: PlanContext): Plan {
  const on = (each: TargetOnHost): Parts => partsOf(inputs, facts, each, context);
  if (facts.hosts.every(({ facts: { role } }) => !role.app)) return { stages: [] };
  return {
    stages: [
      stage('Fetch', { touches: false }, facts.hosts.flatMap((each) => (each.toFetch ? [on(each).fetch] : []))),
      stage('Back up', { touches: false, untimed: true }, data.backups),
      stage('Keep state', { touches: false }, facts.hosts.map((each) => on(each).keep)),
      stage('Database', { touches: true, untimed: true }, data.migrations),
      ...switchHosts(inputs, facts.hosts, on),
    ].filter(({ steps }) => steps.length > 0),
  };
}
