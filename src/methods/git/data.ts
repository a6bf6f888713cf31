/** What belongs to the data in a git rollback: backups, migrations, and what an undo of them needs. */
import { archiveCheckout } from '../../commands/archive.ts';
import type { BackupPlace } from '../../commands/backup.ts';
import { repository } from '../../commands/git.ts';
import { databasePrelude } from '../../commands/mysql.ts';
import { affectedBy } from '../../databases/mysql/affected.ts';
import { forgetAside, keepAside } from '../../databases/mysql/aside.ts';
import { dumpDatabase } from '../../databases/mysql/dump.ts';
import { rowChecksums, schemaFingerprint } from '../../databases/mysql/fingerprint.ts';
import { lostRows } from '../../databases/mysql/lost.ts';
import { keepWritten, restoreAside } from '../../databases/mysql/restore.ts';
import type { BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import type { Step, Undo } from '../../plan.ts';
import type { DataFacts } from './assess-data.ts';
import type { GitFacts } from './assess.ts';
import { sourceOf } from './source.ts';
import type { DataSteps } from './plan.ts';

/** Tables with more data than this are compared by their number of rows only. */
const checksumLimit = 512 * 1024 * 1024;

export function planData(inputs: Inputs, facts: GitFacts, data: DataFacts, begun: BegunRun): DataSteps {
  return { backups: backups(inputs, facts, begun), migrations: migrations(inputs, facts, data, begun) };
}

function backups(inputs: Inputs, facts: GitFacts, begun: BegunRun): readonly Step[] {
  const source = sourceOf(inputs);
  return facts.hosts.flatMap(({ facts: { host, head, role, releases } }): readonly Step[] => {
    const place: BackupPlace = {
      folder: inputs.backupDir, keep: inputs.backupKeep, environment: inputs.environment, app: inputs.appDir, run: begun.run, release: head,
      stamp: new Date(begun.startedAt).toISOString().replaceAll(/[-:]|\.\d+/g, ''),
      good: [facts.target.sha, ...releases.filter(({ result }) => result === 'rolled-back' || result === 'good').map(({ to }) => to).toReversed()],
    };
    const step = (kind: string, title: string, script: string): Step => ({
      id: `back-up-${kind}`, title, host, script, limit: inputs.backupTimeout,
      failure: { code: 'backup-failed', fix: `Nothing was touched. Look at ${inputs.backupDir} on ${host}: space, rights, and whether the dump works by hand.` },
    });
    return [
      ...(role.database && source !== undefined && inputs.backup.includes('database') ? [{ ...step('database', 'Dump the database and verify the dump', databasePrelude(source) + dumpDatabase(place)), needsDatabase: true as const }] : []),
      ...(inputs.backup.includes('app') ? [step('app', 'Save the checkout', archiveCheckout(inputs.appDir, place))] : []),
    ];
  });
}

function migrations(inputs: Inputs, facts: GitFacts, { way: { movements, sql }, keptAside }: DataFacts, begun: BegunRun): readonly Step[] {
  const host = facts.hosts.find(({ facts: { role } }) => role.database)?.facts.host;
  if (host === undefined || (movements.length === 0 && !keptAside)) return [];
  const source = sourceOf(inputs);
  const repo = repository(inputs.appDir);
  const database = source === undefined ? '' : databasePrelude(source);
  const step = (id: string, title: string, script: string, undo?: Undo): Step => ({
    id, title, host, script, limit: inputs.backupTimeout, needsDatabase: true, ...(undo === undefined ? {} : { undo }),
    failure: { code: 'step-failed', fix: `Mend the migration's downgrade, then try again; \`alembic current\` on ${host} says where the database is.` },
  });
  const down = movements.map((movement) => step(movement.id, movement.title, repo + movement.down, {
    title: `Take back: ${movement.title}`, limit: inputs.backupTimeout,
    // What kept the schema from going up is mended by what was kept aside, which is restored after it and compared with what was found.
    script: source === undefined ? repo + movement.up : `${repo}${database}${keepWritten(begun.run)}(\n${movement.up}) || say 'Taken from what was kept aside instead.'\n`,
  }));
  if (source === undefined) return down;
  return [
    step('keep-rows', 'Keep aside what the migrations may drop', database + keepAside(begun.run, affectedBy(sql)), {
      title: 'Rows and definitions as they were found', limit: inputs.backupTimeout, script: database + restoreAside(begun.run),
    }),
    ...down,
    step('count-loss', 'Count what is no longer in use', `${database}${lostRows(begun.run)}fact counted yes\n${lossLimit(inputs)}`),
  ];
}

/** Fails when more rows than allowed left live use; the undo brings them back. */
function lossLimit({ maxDataLossRows }: Inputs): string {
  return maxDataLossRows === 'any' ? '' : `lost=$(sed -n 's/^lost=\\([0-9]*\\) .*/\\1/p' facts | awk '{ sum += $1 } END { print sum + 0 }')
[ "$lost" -le ${maxDataLossRows} ] || { echo "$lost rows would leave live use, max-data-loss-rows is ${maxDataLossRows}" >&2; exit 1; }
`;
}

/**
 * sh with facts `as-found` for the database: revisions, schema, rows of every table; undefined where this run and the one that it takes up
 * leave the database alone.
 * @param recorded what the one that is taken up had found
 */
export function dataAsFound(inputs: Inputs, { way, keptAside }: DataFacts, recorded: readonly string[]): string | undefined {
  const source = sourceOf(inputs);
  const parts = [
    ...(way.asFound === '' ? [] : [repository(inputs.appDir) + way.asFound]),
    ...(source === undefined ? [] : [`${databasePrelude(source)}(\nfact() { name=$1; shift; printf 'as-found=%s %s\\n' "$name" "$(printf '%s' "$*" | tr '\\t' ' ')" >&3; }\n${schemaFingerprint}${rowChecksums(checksumLimit)})\n`]),
  ];
  return (way.movements.length === 0 && !keptAside && recorded.length === 0) || parts.length === 0 ? undefined : parts.join('');
}

/** sh that takes away what was kept aside in the database. */
export function closeData(inputs: Inputs, run: string): string {
  const source = sourceOf(inputs);
  return source === undefined ? '' : databasePrelude(source) + forgetAside(run);
}
