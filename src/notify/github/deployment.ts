/** A run as a deployment record of its environment: what the guard, the metrics and the environment's page are told by. */
import { messageOf } from '../../errors.ts';
import type { Release, Report } from '../../outcome.ts';
import { line } from '../../report/escape.ts';
import { short } from '../../report/release.ts';
import type { Event } from '../event.ts';
import type { NotifierOf } from '../notifier.ts';
import { markBadRelease } from './bad-release.ts';
import { measuredInWords } from './measured.ts';
import { commitOf, payloadOf, readPayload } from './payload.ts';
import type { DeploymentState, GitHub } from './port.ts';

/** GitHub keeps so many characters of a description. */
export const longest = 140;

export const deployment: NotifierOf = (inputs, { github, memory }) => {
  if (github === undefined || inputs.dryRun) return undefined;
  return {
    name: 'GitHub deployment record',
    async tell(event, signal) {
      switch (event.kind) {
        case 'begun': {
          const id = await create(event, signal);
          if (id !== undefined) await set(id, event, 'in_progress', beginning(event), signal);
          if (event.takesUp !== undefined) await leave(event.takesUp, event, signal);
          return;
        }
        case 'undoing':
        case 'taken-up': {
          const id = await known(event, signal);
          const what = event.kind === 'undoing' ? `Taking back what was done: ${event.failures[0]?.what ?? 'it was cancelled'}` : 'The run was interrupted, and is brought to its end';
          if (id !== undefined) await set(id, event, 'in_progress', what, signal);
          return;
        }
        case 'ended':
          // The one does not wait for the other: each can be refused by itself.
          return together([() => end(event, event.report, signal), () => markBadRelease(github, event.report, signal)]);
        case 'executing':
        case 'verifying':
      }
    },
  };

  async function create(event: Event, signal: AbortSignal): Promise<string | undefined> {
    const payload = payloadOf(event);
    if (github === undefined || payload === undefined || event.to === undefined) return undefined;
    const { environment, drill } = event.run;
    const description = line(`${drill === true ? 'Drill of a rollback' : 'Rollback'} from ${payload.fromName} to ${payload.toName}${payload.reason === '' ? '' : `: ${payload.reason}`}`, longest);
    const id = await github.createDeployment({ sha: reference(event.to), environment, task: 'rollback', description, payload }, signal);
    memory.set('deployment-id', id);
    return id;
  }

  /** The run's own record: what is remembered, else what GitHub has of this run. */
  async function known({ run, to }: Event, signal: AbortSignal): Promise<string | undefined> {
    const remembered = memory.get('deployment-id');
    if (remembered !== undefined) return remembered;
    const found = to === undefined || github === undefined ? undefined : await recordOf(github, run.id, to, run.environment, signal);
    if (found !== undefined) memory.set('deployment-id', found);
    return found;
  }

  async function end(event: Event, report: Report, signal: AbortSignal): Promise<void> {
    const state = stateOf(report);
    if (state === undefined) return;
    // What was refused was refused by the process that began it.
    const own = report.result === 'refused' ? memory.get('deployment-id') : await known(event, signal);
    // A run that touched production gets its record, even where its beginning could not be told.
    const touched = state !== 'inactive' || report.result === 'undone';
    const id = own ?? (touched ? await create(event, signal) : undefined);
    if (id === undefined) return;
    await set(id, event, state, measuredInWords(report), signal);
    // The environment's page and its next rollback must not take the release for the one that is live: a drill has gone forward again.
    if (state === 'success' && report.run.drill === true) await set(id, event, 'inactive', measuredInWords(report), signal);
  }

  /** A dead run that is brought to its end by this one is not under way any more. */
  async function leave(dead: string, event: Event, signal: AbortSignal): Promise<void> {
    const id = event.to === undefined || github === undefined ? undefined : await recordOf(github, dead, event.to, event.run.environment, signal);
    if (id !== undefined) await set(id, event, 'inactive', 'The run died, and was taken up by another', signal);
  }

  // Success makes what was live before inactive (not in production, where GitHub leaves every record as it is): one release is live at a time.
  async function set(id: string, { run }: Event, state: DeploymentState, description: string, signal: AbortSignal): Promise<void> {
    await github?.setDeploymentState(id, { state, description: line(description, longest), logUrl: run.url, supersedes: state === 'success' && run.drill !== true }, signal);
  }
};

function beginning({ run, from, to }: Event): string {
  const way = [from, to].map((release) => (release === undefined ? 'unknown' : short(release.sha))).join(' to ');
  return `${run.drill === true ? 'Drill: rolling' : 'Rolling'} back from ${way}${run.reason === '' ? '' : `: ${run.reason}`}`;
}

/** Undefined where there is nothing to tell. The guard takes `inactive` for undone, and `failure` for an environment that needs a person. */
function stateOf(report: Report): DeploymentState | undefined {
  switch (report.result) {
    case 'rolled-back': return 'success';
    case 'undone':
    case 'refused': return 'inactive';
    case 'failed': return 'failure';
    case 'cancelled': return asFound(report) ? 'inactive' : 'failure';
    case 'unchanged':
    case 'planned': return undefined;
  }
}

/** A run that was cancelled with `on-cancel: stop` leaves hosts where they are. */
function asFound({ hosts }: Report): boolean {
  return hosts.every(({ result }) => result !== 'failed' && result !== 'rolled-back');
}

async function recordOf(github: GitHub, run: string, to: Release, environment: string, signal: AbortSignal): Promise<string | undefined> {
  const commit = commitOf(to);
  if (commit === undefined) return undefined;
  const records = await github.deploymentsOf(commit, environment, signal);
  return records.find(({ task, payload }) => task === 'rollback' && readPayload(payload)?.run === run)?.id;
}

/** GitHub keeps deployments of commits only. */
function reference(to: Release): string {
  const known = commitOf(to) ?? to.names[0];
  if (known === undefined) throw new Error(`${line(to.sha, 60)} does not say which commit it is, and GitHub records deployments of commits alone: set "version-from"`);
  return known;
}

/** All of them, one after the other; what went wrong is told together. */
async function together(acts: readonly (() => Promise<void>)[]): Promise<void> {
  const troubles = new Set<string>();
  for (const act of acts) await act().catch((thrown: unknown) => { troubles.add(messageOf(thrown)); });
  if (troubles.size > 0) throw new Error([...troubles].join('; '));
}
