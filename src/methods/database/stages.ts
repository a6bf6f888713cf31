/** What every restore has before the data and after it: saving, stopping, starting. Pure. */
import { repository } from '../../commands/git.ts';
import { stop } from '../../commands/systemd.ts';
import type { Inputs } from '../../inputs.ts';
import type { Stage, Step } from '../../plan.ts';
import type { GitFacts, TargetOnHost } from '../git/assess.ts';
import { partsOf, type Parts, type PlanContext } from '../git/parts.ts';
import { stage, switchHosts } from '../git/stages.ts';

/** Nothing of it touches what serves. */
export function beforehand(inputs: Inputs, facts: GitFacts, context: PlanContext, backups: readonly Step[]): readonly Stage[] {
  const moves = inputs.commit !== undefined;
  return [
    stage('Fetch', { touches: false }, facts.hosts.flatMap((each) => (moves && each.toFetch ? [partsOf(inputs, facts, each, context).fetch] : []))),
    stage('Back up', { touches: false, untimed: true }, backups),
    stage('Keep the load balancers', { touches: false }, context.page?.keep ?? []),
    stage('Keep state', { touches: false }, facts.hosts.map((each) => partsOf(inputs, facts, each, context).keep)),
  ];
}

export type CutOver = {
  /** When the application is stopped. */
  readonly fence: readonly Step[];
  readonly cutOver: readonly Step[];
  /** When it runs again. */
  readonly proven?: readonly Step[];
};

/** The application stops, the data changes places, the application starts: the first host alone, then the others. */
export function afterwards(inputs: Inputs, facts: GitFacts, context: PlanContext, { fence, cutOver, proven = [] }: CutOver): readonly Stage[] {
  const serving = facts.hosts.filter(({ facts: { role } }) => role.app);
  return [
    stage('Maintenance page', { touches: true }, context.page?.show ?? []),
    stage('Stop writers', { touches: true }, inputs.services.length === 0 ? [] : serving.map((each) => stopStep(inputs, each))),
    stage('Keep writers out', { touches: true, untimed: true }, fence),
    stage('Cut over', { touches: true, untimed: true }, cutOver),
    ...switchHosts(inputs, facts.hosts, (each) => partsWithStop(inputs, each, partsOf(inputs, facts, each, context))),
    stage('Prove the address', { touches: true }, proven),
    stage('No maintenance page', { touches: true }, context.page?.hide ?? []),
  ];
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
