/** What a backup does on the hosts: save, restore into a scratch database and compare, then keep or set aside. Pure. */
import { pruneBackups, type BackupKind } from '../commands/backup.ts';
import { repository } from '../commands/git.ts';
import { quote } from '../commands/quote.ts';
import { proveBackup } from '../commands/restore.ts';
import { markRestored, setAside } from '../commands/verified.ts';
import { compare } from '../databases/compare.ts';
import type { Names } from '../databases/engine.ts';
import type { Manifest } from '../databases/manifest.ts';
import { rdsSteps } from '../databases/rds/steps.ts';
import { namesFor } from '../databases/restoring.ts';
import { forgetOldRuns } from '../hosts/history.ts';
import type { BackupInputs } from '../inputs/backup.ts';
import type { Plan, Step } from '../plan.ts';
import type { RunStart } from '../recording.ts';
import type { BackupFacts } from './assess.ts';
import { backupSteps, placeOn } from './steps.ts';

/** A dump that was made, with what stands beside it. */
export type Dumped = { readonly path: string; readonly manifest: Manifest };

/** Older backups stay until the new ones are verified. */
export function planSaving(inputs: BackupInputs, facts: BackupFacts, run: RunStart): Plan {
  const steps = facts.hosts.flatMap((each) => backupSteps(inputs, each, placeOf(inputs, facts, each, run), facts.database));
  const { database, rds } = facts;
  const snapshot = rds === undefined ? [] : [{ ...rdsSteps(rds, inputs.backupTimeout, 'backup', facts.release).snapshot }];
  return untimed('Back up', [...steps.map((step) => (step.needsDatabase && database !== undefined ? { ...step, estimate: database.durations.dump } : step)), ...snapshot]);
}

/** The dump restored beside the live data, under a name of this run's own, and compared with its manifest. */
export function planTrial(inputs: BackupInputs, facts: BackupFacts, run: RunStart, { path, manifest }: Dumped): Plan {
  const scratch = scratchOf(inputs, facts, run);
  if (scratch === undefined) return { stages: [] };
  const { client, names, database: { host, engine, durations } } = scratch;
  const fix = `The dump is kept as ${path.replace(/[^/]*$/, (name) => `unverified-${name}`)} on ${host}, where no restore takes it; look at what the server says of it.`;
  const step = (id: string, title: string, script: string, estimate: number): Step => ({ id, title, host, script: client + script, limit: inputs.backupTimeout, needsDatabase: true, estimate, failure: { code: 'backup-failed', fix } });
  return untimed('Verify', [
    step('try-restore', `Restore the dump into ${names.restored}`, `${proveBackup(path, manifest)}${engine.beside.restore(names)}`, durations.restore),
    step('compare', 'Compare it with what was saved', compare(names.restored, manifest) + sameSchema(names), durations.compare),
  ]);
}

/** A manifest tells what is in the dump; whether the dump program left something out only the live database can tell. */
function sameSchema({ live, restored }: Names): string {
  return `[ "$(fingerprint_in ${quote(live)} '')" = "$(fingerprint_in ${quote(restored)} '')" ] || { echo 'the restored database has not the schema of the live one: the dump leaves something out, or the schema was changed meanwhile' >&2; exit 1; }
`;
}

/** The scratch database goes, whatever happened. */
export function planRemoval(inputs: BackupInputs, facts: BackupFacts, run: RunStart): Plan {
  const scratch = scratchOf(inputs, facts, run);
  if (scratch === undefined) return { stages: [] };
  const { client, names, database: { host, engine } } = scratch;
  return untimed('Clear up', [{
    id: 'remove-scratch', title: `Remove ${names.restored}`, host, script: client + engine.beside.forget(names), limit: 600_000, needsDatabase: true,
    failure: { code: 'step-failed', fix: `Drop the database ${names.restored} on ${host} by hand.` },
  }]);
}

/** What the verification of the dump came to. */
export type Verified =
  | { readonly kind: 'quick' }
  | { readonly kind: 'full'; readonly dump: string; readonly seconds: number }
  | { readonly kind: 'failed'; readonly dump: string };

/** What is written beside the new backups, and which older ones go: none where something could not be saved. */
export function planKeeping(inputs: BackupInputs, facts: BackupFacts, run: RunStart, ended: { readonly verified: Verified; readonly whole: boolean }): Plan {
  const { verified, whole } = ended;
  return untimed('Keep', facts.hosts.map((each): Step => {
    const { host, role } = each;
    const kinds: readonly BackupKind[] = [...(role.database ? ['database' as const] : []), ...(inputs.backup.includes('app') ? ['app' as const] : [])];
    const mark = !role.database || verified.kind === 'quick' ? '' : verified.kind === 'full' ? markRestored(verified.dump, verified.seconds) : setAside(verified.dump, 'database');
    const place = { ...placeOf(inputs, facts, each, run), keep: inputs.backupKeep };
    const prune = whole ? kinds.map((kind) => `(\n${pruneBackups(place, kind)})\n`).join('') : '';
    return {
      id: 'keep', title: whole ? `Keep ${inputs.backupKeep} backups` : 'Keep every older backup', host, script: mark + prune + forgetOldRuns(inputs.environment, run.id), limit: 120_000,
      failure: { code: 'backup-failed', fix: `Look at ${inputs.backupDir} on ${host}.` },
    };
  }));
}

function placeOf(inputs: BackupInputs, facts: BackupFacts, each: BackupFacts['hosts'][number], { id, startedAt }: RunStart) {
  return placeOn(inputs, each, { by: 'backup', run: id, startedAt, good: facts.good });
}

function scratchOf(inputs: BackupInputs, { database }: BackupFacts, run: RunStart) {
  const live = database?.facts.get('database-name')?.[0];
  if (database === undefined || live === undefined) return undefined;
  const { engine, source, admin } = database;
  const names = namesFor(live, run.id);
  const fence = `fence=${quote(`${inputs.backupDir}/kept-${names.restored}.grants`)}\n`;
  return { database, names, client: `${repository(inputs.appDir)}${engine.client(source)}${engine.beside.admin(admin)}${fence}` };
}

function untimed(name: string, steps: readonly Step[]): Plan {
  return { stages: steps.length === 0 ? [] : [{ name, touches: false, untimed: true, steps, prove: [] }] };
}
