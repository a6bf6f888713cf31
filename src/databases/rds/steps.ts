/** Steps of a plan on RDS. Pure. Nothing here deletes an instance, a cluster or a snapshot. */
import type { Step } from '../../plan.ts';
import type { Milliseconds } from '../../ports.ts';
import type { RdsAssessed } from './assess.ts';
import { stepIds, writeCommand, type Command } from './commands.ts';
import { placeName } from './place.ts';
import { moment } from '../../report/quantity.ts';

export type RdsSteps = {
  readonly snapshot: Step;
  /** Restore, then what a restore call cannot say and the comparison; empty for a backup. They touch nothing that serves. */
  readonly restore: readonly Step[];
  /** For `cutover: rename`: the live one gets the name to keep it by, then the restored one gets the live name. */
  readonly rename: readonly Step[];
};

/** In the plan, beside `cutover: rename`. */
export const renameWarning = 'From the first rename until the second is done nobody has the name: the database is unreachable for some ten minutes, restarts, and clients that cached the old address reach the old data until their DNS entry ends. "cutover: repoint" takes seconds.';

/** @param limit `backup-timeout`, for each */
export function rdsSteps(assessed: RdsAssessed, limit: Milliseconds, by: 'backup' | 'rollback', release?: string): RdsSteps {
  const { target, names, from, resource, restoredAddress, estimate } = assessed;
  const host = placeName(target.id);
  const look = `aws rds describe-db-${target.kind}s --db-${target.kind}-identifier`;
  const step = (id: string, title: string, command: Command, failure: Step['failure'], seconds: number): Step => ({ id, title, host, script: writeCommand(command), limit, estimate: seconds * 1000, failure });
  const named = (id: string) => ({ kind: target.kind, id });
  return {
    snapshot: step(stepIds.snapshot, `Take the snapshot ${names.snapshot}`, { rds: 'snapshot', of: target, snapshot: names.snapshot, by, ...(release === undefined ? {} : { release }) }, {
      code: 'backup-failed', fix: `Take one by hand: aws rds create-db-${target.kind === 'instance' ? '' : 'cluster-'}snapshot`,
    }, estimate.snapshot),
    restore: from === undefined ? [] : [
      step(stepIds.restore, `Restore ${tellSource(assessed)} as ${names.restored}`, { rds: 'restore', of: target, from, as: names.restored, ...(restoredAddress === undefined ? {} : { address: restoredAddress }) }, {
        code: 'rds-restore-failed', fix: `${target.id} is untouched and serves. \`${look} ${names.restored}\` and its events say what is wrong; run it again to take up what is there.`,
      }, estimate.restore),
      step(stepIds.match, `Give ${names.restored} every setting of ${target.id} and compare them`, { rds: 'match', of: target, restored: names.restored }, {
        code: 'rds-restore-failed', fix: `${target.id} is untouched and serves. Mend ${names.restored} by hand and run it again, or leave it: it costs money until it is deleted.`,
      }, estimate.match),
    ],
    rename: from === undefined ? [] : [
      renaming(stepIds.renameLive, `Rename ${target.id} to ${names.kept}`, { rds: 'rename', from: target, to: names.kept, whose: { resource } }, `Rename ${names.kept} back to ${target.id}`),
      renaming(stepIds.renameRestored, `Rename ${names.restored} to ${target.id}`, { rds: 'rename', from: named(names.restored), to: target.id, whose: 'restored' }, `Rename ${target.id} back to ${names.restored}`),
    ],
  };

  function renaming(id: string, title: string, command: Extract<Command, { rds: 'rename' }>, undoTitle: string): Step {
    const back: Command = { ...command, from: named(command.to), to: command.from.id };
    return {
      ...step(id, title, command, { code: 'rds-restore-failed', fix: `\`${look} ${target.id}\` says who has the name now; ${names.kept} holds the old data, ${names.restored} the restored.` }, estimate.rename / 2),
      undo: { title: undoTitle, script: writeCommand(back), limit },
    };
  }
}

function tellSource({ from, fromTime, target }: RdsAssessed): string {
  if (from?.kind === 'snapshot') return `the snapshot ${from.id}`;
  return `${target.id} as of ${fromTime === undefined ? 'the last moment' : moment(fromTime)}`;
}
