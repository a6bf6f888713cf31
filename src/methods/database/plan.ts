/**
 * The stages of a restore of a dump. Pure.
 *
 * All the work is done beside the live data, before anything is touched. Then the writers are stopped and kept out, what leaves live use is
 * counted and kept, and the data changes places in one step. Undo is the same backwards: the application is stopped before the places change again.
 */
import type { Inputs } from '../../inputs.ts';
import type { Plan } from '../../plan.ts';
import type { GitFacts } from '../git/assess.ts';
import { planBackups } from '../git/data.ts';
import type { PlanContext } from '../git/parts.ts';
import { stage } from '../git/stages.ts';
import { repointSteps } from './addresses.ts';
import type { RestoreFacts } from './assess.ts';
import { afterwards, beforehand } from './stages.ts';
import { databaseSteps, keptNote } from './steps.ts';

export function planRestore(inputs: Inputs, facts: GitFacts, restore: RestoreFacts, context: PlanContext): Plan {
  const { database, begun, durations, restoring } = restore;
  const { beside, fence, swap, wake } = databaseSteps(inputs, restore);
  const backups = planBackups(inputs, facts, database, begun).map((step) => (step.id === 'back-up-database' ? { ...step, estimate: durations.dump } : step));
  return {
    stages: [
      ...beforehand(inputs, facts, context, backups),
      stage('Restore beside', { touches: false, untimed: true }, beside),
      ...afterwards(inputs, facts, context, {
        fence, cutOver: inputs.cutover === 'swap' ? swap : [...wake, ...repointSteps(inputs, facts, { database: restoring.names.restored }, keptNote(restore))],
      }),
    ].filter(({ steps }) => steps.length > 0),
  };
}
