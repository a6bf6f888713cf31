/**
 * The steps of a restore on the database host. Pure.
 *
 * In `$found`, besides what every run writes there:
 * - `lost`     what left live use, as it was counted when nobody could write any more
 * - `rows`     how many rows each table had then: an undo gives back exactly these
 * - `cut-over` written when both are known: from then on the restored data may be in use, and is never restored again
 */
import { repository } from '../../commands/git.ts';
import { quote, words } from '../../commands/quote.ts';
import { proveBackup, proveForeign } from '../../commands/restore.ts';
import { lossLimit } from '../../databases/loss-limit.ts';
import { compare } from '../../databases/compare.ts';
import { exportLoss } from './export-loss.ts';
import { keptIn } from '../../databases/restoring.ts';
import type { ReasonCode } from '../../errors.ts';
import type { Inputs } from '../../inputs.ts';
import type { Step, Undo } from '../../plan.ts';
import type { RestoreFacts } from './assess.ts';

export type DatabaseSteps = {
  /** Nothing of it touches what is live. */
  readonly beside: readonly Step[];
  /** When the application is stopped. */
  readonly fence: readonly Step[];
  readonly swap: readonly Step[];
  /** Besides the addresses: what acts by itself. */
  readonly wake: readonly Step[];
};

export function databaseSteps(inputs: Inputs, restore: RestoreFacts): DatabaseSteps {
  const { database: { host, engine, source }, restoring, begun, durations } = restore;
  const { names, backup, cutover, admin } = restoring;
  const { beside } = engine;
  const folder = inputs.backupDir;
  const client = `${repository(inputs.appDir)}${engine.client(source)}${beside.admin(admin)}fence=${quote(`${folder}/kept-${names.restored}.grants`)}
`;
  const step = (id: string, title: string, script: string, code: ReasonCode, fix: string, rest: Partial<Step> = {}): Step => ({
    id, title, host, script: client + script, limit: inputs.backupTimeout, needsDatabase: true, failure: { code, fix }, ...rest,
  });
  const undo = (title: string, script: string): Undo => ({ title, script: client + script, limit: inputs.backupTimeout });
  const done = `if [ -e "$found/cut-over" ]; then say 'Done by the run that was interrupted.'; exit 0; fi\n`;
  const [live, restored] = [{ database: names.live, address: '' }, { database: names.restored, address: '' }];
  const lostFile = `${folder}/lost-rows-${begun.run}.sql.gz`;
  const rows = cutover === 'swap' ? 'The live data is as it was; ' : 'The live data was not touched; ';
  return {
    beside: [
      step('prove-backup', 'Prove the backup', done + (backup.manifest === undefined ? proveForeign(backup.path, beside.proveForeign) : proveBackup(backup.path, backup.manifest)), 'backup-damaged',
        'Nothing was touched. Restore from another backup: name it with "restore-from".', { failure: { code: 'backup-damaged', what: `the backup ${backup.path} cannot be trusted`, fix: 'Nothing was touched. Restore from another backup: name it with "restore-from".' } }),
      step('restore', `Restore into ${names.restored}`, `${done}file=${quote(backup.path)}\n${beside.restore(names)}`, 'step-failed', `Nothing was touched. Look at the database server on ${host}: disk, rights, log.`, { estimate: durations.restore }),
      step('compare', 'Compare it with the backup', done + compare(names.restored, backup.manifest), 'backup-damaged', 'Nothing was touched. Restore from another backup: name it with "restore-from".', { estimate: durations.compare }),
      step('count-loss', 'Count what would leave live use', `${done}${beside.lost(live, restored)}${lossLimit(inputs.maxDataLossRows)}`, 'data-loss', '', {
        estimate: durations.compare,
        failure: { code: 'data-loss', what: 'more rows would leave live use than "max-data-loss-rows" allows', fix: 'Nothing was touched. Raise "max-data-loss-rows", or set it to "any": the rows then stay in the kept data and in an export.' },
      }),
    ],
    fence: [
      step('fence', 'Keep every writer out', beside.fence(names), 'step-failed', `${rows}look at the rights of its users on ${host}.`, {
        undo: undo('Let the writers in again', `${sameRows(names.live)}${beside.unfence(names)}`),
      }),
      step('export-loss', 'Count and export what leaves live use', `as_admin\n${exportLoss(`${beside.lost(live, restored, lostFile)}rows_in ${quote(names.live)} '' > "$found/rows"\n`, lostFile, inputs.maxDataLossRows)}: > "$found/cut-over"\n`, 'data-loss', '', {
        estimate: durations.compare,
        failure: { code: 'data-loss', what: 'what leaves live use could not be kept, or is more than "max-data-loss-rows" allows', fix: 'Raise "max-data-loss-rows", or set it to "any"; look whether something else writes to the database all the time.' },
      }),
    ],
    wake: cutover !== 'repoint' || beside.wake === undefined || beside.sleep === undefined ? [] : [
      step('wake', 'Let the events of the restored data run, and those of the replaced no more', beside.wake(names), 'step-failed', `Look at the events of ${names.live} and ${names.restored} on ${host}.`, {
        undo: undo('Let the events of the live data run again', beside.sleep(names)),
      }),
    ],
    swap: cutover !== 'swap' ? [] : [
      step('swap', `Let the restored data take the name ${names.live}`, `${beside.swap(names)}fact note-rolled-back ${quote(keptNote(restore))}\n`, 'step-failed', `Look at ${words(names.live, names.restored, names.kept)} on ${host}.`, {
        undo: undo('Let the live data take its name again', beside.swapBack(names)),
      }),
    ],
  };
}

/** What a person does with the data that was replaced. */
export function keptNote({ restoring, database: { engine } }: Pick<RestoreFacts, 'restoring' | 'database'>): string {
  const kept = keptIn(restoring);
  const drop = engine.name === 'mysql' ? `DROP DATABASE \`${kept}\`` : `DROP DATABASE "${kept}"`;
  return `the data that was replaced is kept in the database ${kept}, where nobody but an administrator can write; when it is of no use any more: ${drop}.`;
}

/** The undo gives back what was there when the last writer was out, row by row as far as counting tells. */
function sameRows(live: string): string {
  return `if [ -f "$found/rows" ]; then
  (as_admin; rows_in ${quote(live)} '') > rows-now
  cmp -s "$found/rows" rows-now || { echo "the live data has other rows than when it was left: $(diff "$found/rows" rows-now | grep '^[<>]' | head -n 5 | tr '\\n' ';')" >&2; exit 1; }
fi
`;
}
