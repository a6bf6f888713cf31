/** Waiting for an instance, a cluster or a snapshot until it is available, and beginning what needs it to be. */
import { flag, number, text, type Description } from './description.ts';
import { ask, nextLook, Refused, tell, type Asking } from './asking.ts';
import type { Asked, ReadableRds, Rds, Target } from './port.ts';

/** From these it does not come back by itself. */
const hopeless = /^(failed|incompatible-.*|restore-error|insufficient-capacity|inaccessible-encryption-credentials.*|storage-full|deleting|deleted|delete-precheck|cloning-failed|migration-failed|stopped)$/;

export function statusOf(of: Description): string {
  return text(of, 'DBInstanceStatus') ?? text(of, 'Status') ?? 'unknown';
}

/** `storage-optimization` lasts for hours, in which it serves and can be worked on. */
export function judge(status: string): 'available' | 'waiting' | 'hopeless' {
  if (status === 'available' || status === 'storage-optimization') return 'available';
  return hopeless.test(status) ? 'hopeless' : 'waiting';
}

/**
 * Looks until it is available. `absent` is looked at again for a minute: AWS does not show everywhere at once what it has just made.
 * @throws Refused at once when it is in a state that it does not leave
 */
export async function untilAvailable(name: string, look: () => Promise<Asked<Description | undefined>>, asking: Asking): Promise<Description> {
  const start = asking.clock.now();
  for (;;) {
    const found = await tell(look, asking);
    if (found === undefined) {
      if (asking.clock.now() - start > 60_000) throw new Refused(`${name} is not there any more`);
    } else {
      const status = statusOf(found);
      switch (judge(status)) {
        case 'available':
          return found;
        case 'hopeless':
          throw new Refused(`${name} is ${status}`);
        case 'waiting':
          asking.say(`${name} is ${status}${percent(found)}`);
      }
    }
    await nextLook(asking);
  }
}

function percent(of: Description): string {
  const done = number(of, 'PercentProgress');
  return done === undefined ? '' : `, ${done} %`;
}

/** Asks for a change of something that has to be available for it; while it is busy (a backup, maintenance), that is waited for. */
export async function begin(of: Target, rds: ReadableRds, request: () => Promise<Asked<void>>, asking: Asking): Promise<Exclude<Asked<void>, { kind: 'later' | 'credentials' }>> {
  for (;;) {
    const answer = await ask(request, asking);
    if (answer.kind === 'answered' || !/^InvalidDB(Instance|Cluster)State(Fault)?$/.test(answer.code)) return answer;
    const found = await tell(() => rds.describe(of), asking);
    if (found === undefined) return answer;
    const status = statusOf(found);
    if (judge(status) === 'hopeless') throw new Refused(`${of.id} is ${status}: ${answer.message}`);
    asking.say(`waiting until ${of.id} can be worked on: it is ${status}`);
    await nextLook(asking);
  }
}

/**
 * The same, where a refusal ends the job.
 * @param done codes that mean: it was carried out when its answer was lost
 */
export async function change(of: Target, rds: Rds, request: () => Promise<Asked<void>>, asking: Asking, done?: RegExp): Promise<void> {
  const answer = await begin(of, rds, request, asking);
  if (answer.kind === 'refused' && done?.test(answer.code) !== true) throw new Refused(`AWS refused to change ${of.id}: ${answer.message} (${answer.code})`);
}

/** Gibibytes, as AWS counts storage, in bytes. */
export function bytesOf(snapshot: Description): number {
  return number(snapshot, 'FullSnapshotSizeInBytes') ?? (number(snapshot, 'AllocatedStorage') ?? 0) * 2 ** 30;
}

export function isEncrypted(of: Description): boolean {
  return flag(of, 'StorageEncrypted') ?? flag(of, 'Encrypted') ?? false;
}
