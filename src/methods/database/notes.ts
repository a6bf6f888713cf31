/** What a person should know of a restore before it begins. Pure. */
import type { Durations, Speeds } from '../../databases/duration.ts';
import type { Looked } from '../../databases/look.ts';
import type { BackupFile, Restoring } from '../../databases/restoring.ts';
import type { Inputs } from '../../inputs.ts';
import type { Milliseconds } from '../../ports.ts';

/** What a rollback should take. */
const goal: Milliseconds = 5 * 60_000;

type Noted = {
  readonly database: Looked;
  readonly restoring: Restoring;
  readonly damaged: readonly BackupFile[];
  readonly durations: Durations;
  readonly speeds: Speeds;
  readonly usedAfter: string;
};

export function noteRestore(inputs: Inputs, { database, restoring, damaged, durations, speeds, usedAfter }: Noted): readonly string[] {
  const { host, facts } = database;
  const { manifest, path } = restoring.backup;
  const [live, wanted] = [facts.get('database-revisions')?.[0] ?? '', manifest?.revision ?? ''];
  return [
    ...(manifest === undefined ? [] : [`${host}: the backup is of ${manifest.time}, of release ${manifest.release.slice(0, 7)}${wanted === '' ? '' : `, at revision ${wanted}`}; the application uses the database ${usedAfter} afterwards.`]),
    ...damaged.map((each) => `${host}: the newer backup ${each.path} is not as long as when it was made and was passed over.`),
    ...(manifest?.by === 'rollback' && inputs.restoreFrom.kind === 'latest' ? [`${host}: ${path} was made by a rollback, of data that it was about to leave; no backup from before a deployment fits.`] : []),
    ...(manifest !== undefined && inputs.commit === undefined && wanted !== live
      ? [`${host}: the code that stays was deployed with revision ${live || 'none'}, the backup is at ${wanted || 'none'}: if the code does not work on it, everything is put back. "commit: ${manifest.release.slice(0, 7)}" takes the code back as well.`] : []),
    time(host, durations, speeds),
  ];
}

function time(host: string, { dump, restore, compare }: Durations, { basis }: Speeds): string {
  const all = dump + restore + 2 * compare;
  const parts = `dump ${said(dump)}, restore ${said(restore)}, compare ${said(2 * compare)}`;
  const from = basis === 'measured' ? 'at the speed of earlier backups' : 'at an assumed speed, for none was measured here yet';
  return `${host}: this will take about ${said(all)} (${parts}; ${from})${all > goal ? ', which is more than 5 minutes' : ''}; the service is away only while the last rows are counted and the data changes places, about ${said(compare + 10_000)}.`;
}

function said(duration: Milliseconds): string {
  return duration < 120_000 ? `${Math.ceil(duration / 1000)} s` : `${Math.ceil(duration / 60_000)} min`;
}
