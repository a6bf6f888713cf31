/** The record of the release that was taken back says so: whoever looks for a known good one passes it over. */
import type { Report } from '../../outcome.ts';
import { line } from '../../report/escape.ts';
import { short } from '../../report/release.ts';
import { commitOf } from './payload.ts';
import type { GitHub } from './port.ts';

/**
 * `failure`, not `inactive`: GitHub itself makes every release inactive that was followed by another, good ones too. Nothing is done where no deployment of
 * the release is on record, or where it was data alone that went back.
 */
export async function markBadRelease(github: GitHub, { result, run, from, to, restored }: Report, signal: AbortSignal): Promise<void> {
  if (result !== 'rolled-back' || run.dryRun || run.drill === true || from === undefined || to === undefined || restored?.dataOnly === true) return;
  const [bad, good] = [commitOf(from), commitOf(to)];
  if (bad === undefined || bad === good) return;
  const newest = (await github.deploymentsOf(bad, run.environment, signal)).find(({ task }) => task !== 'rollback');
  if (newest === undefined) return;
  const description = line(`Rolled back to ${short(good ?? to.sha)} by ${run.actor}${run.reason === '' ? '' : `: ${run.reason}`}`, 140);
  await github.setDeploymentState(newest.id, { state: 'failure', description, logUrl: run.url }, signal);
}
