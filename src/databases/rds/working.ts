/** What every command on RDS works with, and how what it made is known again. */
import { Refused, tell, type Asking } from './asking.ts';
import { text, type Description } from './description.ts';
import type { Rds, Target } from './port.ts';
import type { Clock } from '../../ports.ts';
import { jobsOn, jobTag, runTag, tagText, tagValue, type Tag } from './tags.ts';

export type Working = {
  readonly rds: Rds;
  readonly asking: Asking;
  readonly clock: Clock;
  readonly run: string;
  /** Of the step. */
  readonly job: string;
};

/** What is made for this job says so from the start. */
export function tagsFor({ run, job, clock }: Working): readonly Tag[] {
  return [{ Key: runTag, Value: tagText(run) }, jobTag(job, 'running', clock.now())];
}

export function isOurs(of: Description, run: string): boolean {
  return tagValue(of, runTag) === tagText(run);
}

/** @throws Refused when another made it: it is neither used nor replaced. */
export function alreadyOurs(found: Description, name: string, { run }: Pick<Working, 'run'>): void {
  if (!isOurs(found, run)) throw new Refused(`${name} is there already and was not made by this run: rename or delete it by hand, if it is not needed`);
}

/** Writes on what the run made that the job was begun, unless that stands there. */
export async function begun(on: Description, working: Working): Promise<void> {
  if (!jobsOn(on).some(({ id }) => id === working.job)) await mark(on, working, 'running');
}

export async function finished(on: Description, working: Working): Promise<void> {
  if (!jobsOn(on).some(({ id, state }) => id === working.job && state === 'finished')) await mark(on, working, 'finished');
}

async function mark(on: Description, { rds, asking, clock, job }: Working, state: 'running' | 'finished'): Promise<void> {
  const arn = arnOf(on);
  const before = jobsOn(on).find(({ id }) => id === job);
  // The journal is in the order in which jobs were begun.
  const at = before === undefined ? clock.now() : Date.parse(before.at);
  await tell(() => rds.tag(arn, [jobTag(job, state, at)]), asking);
}

export function arnOf(of: Description): string {
  return text(of, 'DBInstanceArn') ?? text(of, 'DBClusterArn') ?? text(of, 'DBSnapshotArn') ?? text(of, 'DBClusterSnapshotArn') ?? '';
}

export function resourceOf(of: Description): string {
  return text(of, 'DbiResourceId') ?? text(of, 'DbClusterResourceId') ?? '';
}

/** @throws Refused when there is none. */
export async function existing(target: Target, { rds, asking }: Pick<Working, 'rds' | 'asking'>): Promise<Description> {
  const found = await tell(() => rds.describe(target), asking);
  if (found === undefined) throw new Refused(`there is no ${target.kind} ${target.id}`);
  return found;
}
