/** A restore of an RDS instance or cluster: beside the live one by AWS, compared, then the addresses change or the names. */
import { repository } from '../../commands/git.ts';
import type { At } from '../../databases/engine.ts';
import { foundIn, lookAtDatabase, type Looked } from '../../databases/look.ts';
import { lossLimit } from '../../databases/loss-limit.ts';
import { assessRds, type RdsAssessed } from '../../databases/rds/assess.ts';
import { renameWarning, rdsSteps } from '../../databases/rds/steps.ts';
import { RollbackError } from '../../errors.ts';
import type { BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import { restoreFrom as readRestoreFrom } from '../../inputs/kinds/restore-from.ts';
import type { LogExcerpt, Restored } from '../../outcome.ts';
import type { Plan, Step } from '../../plan.ts';
import type { GitFacts } from '../git/assess.ts';
import { planBackups } from '../git/data.ts';
import type { PlanContext } from '../git/parts.ts';
import { stage } from '../git/stages.ts';
import type { Surroundings } from '../method.ts';
import { provenAddress, repointSteps } from './addresses.ts';
import { askEnvFiles, judgeFiles } from './env-files.ts';
import { exportLoss } from './export-loss.ts';
import { afterwards, beforehand } from './stages.ts';

export type RdsFacts = {
  readonly rds: RdsAssessed;
  /** The database by the application's own address; undefined where none is known, and then nothing is counted. */
  readonly database?: Looked;
  readonly begun: BegunRun;
  readonly isThere: boolean;
  readonly restored: Restored;
  readonly notes: readonly string[];
  readonly found: readonly LogExcerpt[];
};

/** @throws RollbackError with every reason why nothing may be restored */
export async function assessRdsRestore(inputs: Inputs, facts: GitFacts, around: Surroundings): Promise<RdsFacts> {
  const { rdsInstance: id, awsRegion: region, expectedAwsAccountId: expectedAccount, cutover, commit } = inputs;
  const rds = await around.rds();
  const on = facts.hosts.find(({ facts: { role } }) => role.database);
  const place = on === undefined ? undefined : around.hosts.get(on.facts.host);
  if (rds === undefined || id === undefined || place === undefined || on === undefined) throw new Error('A restore of RDS without an instance or a host');
  const { unfinished } = facts;
  const run = unfinished?.run ?? around.run.id;
  const [answer, database] = await Promise.all([
    assessRds(rds, {
      id, run, cutover: cutover === 'rename' ? 'rename' : 'repoint', restoreFrom: unfinished?.backup === undefined ? inputs.restoreFrom : recorded(unfinished.backup),
      ...(region === undefined ? {} : { region }), ...(expectedAccount === undefined ? {} : { expectedAccount }), ...(commit === undefined ? {} : { release: facts.target.sha }),
    }, around),
    lookAtDatabase(inputs, place, () => ''),
  ]);
  const [first, ...rest] = [
    ...(answer.kind === 'refused' ? answer.failures : []),
    ...(cutover === 'repoint' ? judgeFiles(inputs, await askEnvFiles(inputs, facts, around), undefined) : []),
  ];
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  if (answer.kind === 'refused') throw new Error('RDS was refused without a reason');
  const { assessed } = answer;
  const backup = sourceText(assessed);
  const [live = ''] = assessed.address.split(' ');
  const used = cutover === 'rename' ? live : (assessed.restoredAddress ?? '');
  if (used === '') throw new RollbackError({ code: 'rds-restore-failed', what: `${id} has no address, so that of the restored one cannot be told`, fix: 'Look at it in the RDS console.' });
  const begun = unfinished ?? { run, actor: around.run.actor, from: facts.from, to: facts.target.sha, startedAt: around.clock.now(), backup, live };
  const last = on.facts.releases.toSorted((one, other) => one.time - other.time).at(-1);
  return {
    rds: assessed, begun, ...(database === undefined ? {} : { database }),
    isThere: inputs.restoreFrom.kind === 'latest' && unfinished === undefined && last?.result === 'rolled-back' && last.backup === backup,
    restored: {
      backup, used, kept: cutover === 'rename' ? assessed.names.kept : id, dataOnly: commit === undefined,
      ...(assessed.fromTime === undefined ? {} : { time: new Date(assessed.fromTime).toISOString() }),
    },
    notes: [...assessed.notes, ...(cutover === 'rename' ? [renameWarning] : []), ...(database === undefined ? ['No database is known, so what leaves live use cannot be counted.'] : []), 'Clients of the old instance other than "services" are not kept out of it: what they write there is in the kept instance alone.'],
    found: database === undefined ? [] : foundIn(database),
  };
}

export function planRdsRestore(inputs: Inputs, facts: GitFacts, restore: RdsFacts, context: PlanContext): Plan {
  const { rds, database, restored } = restore;
  const steps = rdsSteps(rds, inputs.backupTimeout, 'rollback', facts.from);
  const counts = countSteps(inputs, restore);
  return {
    stages: [
      ...beforehand(inputs, facts, context, [...(inputs.backup.includes('rds') ? [steps.snapshot] : []), ...planBackups(inputs, facts, database, restore.begun)]),
      stage('Restore beside', { touches: false, untimed: true }, steps.restore),
      stage('Count', { touches: false, untimed: true }, counts.before),
      ...afterwards(inputs, facts, context, {
        fence: counts.after,
        cutOver: inputs.cutover === 'rename' ? steps.rename : repointSteps(inputs, facts, { address: restored.used }, keptNote(restore)),
        proven: inputs.cutover === 'rename' ? [] : provenAddress(facts, rds.address),
      }),
    ].filter(({ steps: all }) => all.length > 0),
  };
}

/** What leaves live use: counted before anything is touched, and again when the application is stopped. */
function countSteps(inputs: Inputs, { rds, database, begun }: RdsFacts): { readonly before: readonly Step[]; readonly after: readonly Step[] } {
  if (database === undefined) return { before: [], after: [] };
  const { engine, source, host, facts } = database;
  const name = facts.get('database-name')?.[0] ?? '';
  const client = `${repository(inputs.appDir)}${engine.client(source)}${engine.beside.admin(inputs.databaseAdminUrl === undefined ? 'own' : 'url')}`;
  const [live, restored]: readonly [At, At] = [{ database: name, address: rds.address.split(' ')[0] ?? '' }, { database: name, address: rds.restoredAddress ?? '' }];
  const file = `${inputs.backupDir}/lost-rows-${begun.run}.sql.gz`;
  const step = (id: string, title: string, script: string, what: string): Step => ({
    id, title, host, script: client + script, limit: inputs.backupTimeout, needsDatabase: true,
    failure: { code: 'data-loss', what, fix: 'Raise "max-data-loss-rows", or set it to "any": the rows then stay in the kept instance and in an export.' },
  });
  return {
    before: [step('count-loss', 'Count what would leave live use', `if [ -e "$found/lost" ]; then say 'Done by the run that was interrupted.'; exit 0; fi\n${engine.beside.lost(live, restored)}${lossLimit(inputs.maxDataLossRows)}`, 'more rows would leave live use than "max-data-loss-rows" allows')],
    after: [step('export-loss', 'Count and export what leaves live use', exportLoss(engine.beside.lost(live, restored, file), file, inputs.maxDataLossRows), 'what leaves live use could not be kept, or is more than "max-data-loss-rows" allows')],
  };
}

function keptNote({ rds, restored }: RdsFacts): string {
  return `the ${rds.target.kind} with the data that was replaced is kept as ${restored.kept} and costs money until somebody deletes it; this action never does.`;
}

/** As `restore-from` would say it. */
function sourceText({ from }: RdsAssessed): string {
  if (from?.kind === 'snapshot') return `snapshot:${from.id}`;
  return from?.at === 'latest' ? 'time:latest' : `time:${new Date(from?.at ?? 0).toISOString()}`;
}

function recorded(text: string): Inputs['restoreFrom'] {
  const parsed = readRestoreFrom(text);
  if ('value' in parsed) return parsed.value;
  throw new RollbackError({ code: 'locked', what: `the interrupted rollback restored ${text}, which is no snapshot and no time`, fix: 'Run it again with the inputs that it had: it takes up from there.' });
}
