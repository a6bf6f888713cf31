/**
 * The stages of a restore. Pure.
 *
 * All the work is done beside the live data, before anything is touched. Then the writers are stopped and kept out, what leaves live use is
 * counted and kept, and the data changes places in one step. Undo is the same backwards: the application is stopped before the places change again.
 */
import { envFileSteps } from './env-file-steps.ts';
import { repository } from '../../commands/git.ts';
import { stop } from '../../commands/systemd.ts';
import type { Inputs } from '../../inputs.ts';
import type { Plan, Step } from '../../plan.ts';
import type { GitFacts, TargetOnHost } from '../git/assess.ts';
import { planBackups } from '../git/data.ts';
import { partsOf, type Parts, type PlanContext } from '../git/parts.ts';
import { stage, switchHosts } from '../git/stages.ts';
import type { RestoreFacts } from './assess.ts';
import { databaseSteps } from './steps.ts';

export function planRestore(inputs: Inputs, facts: GitFacts, restore: RestoreFacts, context: PlanContext): Plan {
  const on = (each: TargetOnHost): Parts => partsWithStop(inputs, each, partsOf(inputs, facts, each, context));
  const { beside, fence, swap } = databaseSteps(inputs, restore);
  const moves = inputs.commit !== undefined;
  const serving = facts.hosts.filter(({ facts: { role } }) => role.app);
  return {
    stages: [
      stage('Fetch', { touches: false }, facts.hosts.flatMap((each) => (moves && each.toFetch ? [on(each).fetch] : []))),
      stage('Back up', { touches: false, untimed: true }, planBackups(inputs, facts, restore.database, restore.begun).map((step) => (step.id === 'back-up-database' ? { ...step, estimate: restore.durations.dump } : step))),
      stage('Keep state', { touches: false }, facts.hosts.map((each) => on(each).keep)),
      stage('Restore beside', { touches: false, untimed: true }, beside),
      stage('Stop writers', { touches: true }, inputs.services.length === 0 ? [] : serving.map((each) => stopStep(inputs, each))),
      stage('Keep writers out', { touches: true, untimed: true }, fence),
      stage('Cut over', { touches: true, untimed: true }, [...swap, ...envFileSteps(inputs, facts, restore)]),
      ...switchHosts(inputs, facts.hosts, on),
    ].filter(({ steps }) => steps.length > 0),
  };
}

function stopStep({ appDir, services }: Inputs, { facts: { host } }: TargetOnHost): Step {
  return {
    id: 'stop', title: `Stop ${services.toReversed().join(', ')}`, host, script: repository(appDir) + stop(services), limit: 180_000,
    failure: { code: 'step-failed', fix: `\`systemctl status ${services[0] ?? ''}\` on ${host} says why it does not stop.` },
  };
}

/** Where the code stays only the services start again; an undo stops them first, so that nothing is written while the data changes places. */
function partsWithStop({ appDir, services, commit }: Inputs, { facts: { host, role } }: TargetOnHost, parts: Parts): Parts {
  const steps = commit === undefined ? parts.switch.filter(({ id }) => id === 'restart') : parts.switch;
  if (!role.app || services.length === 0) return { ...parts, switch: steps };
  const undo = { title: `Stop ${services.toReversed().join(', ')} on ${host}`, script: repository(appDir) + stop(services), limit: 180_000 };
  return { ...parts, switch: steps.map((step) => (step.id === 'restart' ? { ...step, title: `Start ${services.join(', ')}`, undo } : step)) };
}
