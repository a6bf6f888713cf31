import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import type { Engine } from '../fleet/database.ts';
import { startFleet } from '../fleet/fleet.ts';
import type { Host } from '../fleet/host.ts';
import { startProduction, type Production } from '../fleet/production.ts';
import { until } from '../fleet/until.ts';
import { restoreRights } from '../rollback/data-scene.ts';
import { leftBehind } from '../rollback/evidence.ts';
import { plain } from '../rollback/runner.ts';
import { backupFolder, backupsIn, filesOn, manifestOf, runBackup, startBackup, wrapDumper } from './inputs.ts';

const available = await fleetAvailable();

type Kind = {
  readonly dumper: string;
  /** sh that lists the server's databases. */
  readonly databases: string;
  /** A dump program that leaves out, or changes, what only a restore brings to light. */
  readonly damaging: string;
  readonly name: 'mysql' | 'postgresql';
};

const kinds: Readonly<Record<Engine, Kind>> = {
  mariadb: { name: 'mysql', dumper: 'mariadb-dump', databases: 'mariadb -BN -e "SHOW DATABASES"', damaging: String.raw`"$real" "$@" | sed 's/^  .match_score. /  \`match_scorf\` /'; exit 0` },
  postgresql: { name: 'postgresql', dumper: 'pg_dump', databases: 'runuser -u postgres -- psql -Atc "SELECT datname FROM pg_database"', damaging: 'case " $* " in *" --schema-only "*) exec "$real" "$@";; esac; exec "$real" --section=pre-data --section=data "$@"' },
};

describe.skipIf(!available).each<Engine>(['mariadb', 'postgresql'])('a dump of %s that is restored and compared before it counts', (engine) => {
  const { dumper, databases, damaging, name } = kinds[engine];
  let production: Production;
  let host: Host;
  beforeAll(async () => {
    const fleet = await startFleet({ hosts: 1 });
    production = await startProduction(fleet, { engine });
    host = production.database;
    await host.write('/etc/sudoers.d/restore', restoreRights, '0440');
  });
  afterAll(() => production?.fleet[Symbol.asyncDispose]());
  beforeEach(() => host.run(`rm -rf ${backupFolder} /home/deploy/.local/state/*`));

  const full = { verify: 'full' };
  const scratch = async (): Promise<readonly string[]> => (await host.run(databases)).split('\n').filter((each) => /_(rb|was)_/.test(each));

  test('says so in its manifest, and the scratch database is gone', async () => {
    const ended = await runBackup(production, full);
    expect({ code: ended.code, log: ended.code === 0 ? '' : ended.log, ...ended.outputs, backup: '' }).toEqual({ code: 0, log: '', backup: '', release: production.sha('v3'), revision: 'd4', 'reason-code': '' });
    const [{ location } = { location: '' }, ...others] = backupsIn(ended);
    expect(others).toEqual([]);
    const manifest = await manifestOf(host, location);
    expect(manifest).toMatchObject({ verified: 'full', by: 'backup', engine: name, tables: 5, rows: { matches: 40 }, 'restore-seconds': expect.any(Number) });
    expect([await scratch(), await leftBehind(production)]).toEqual([[], []]);
    expect(plain(ended.summary)).toContain('restored into a scratch database and compared');
  });

  test('is no backup when what is restored has another schema: it is put aside, the older one stays', async () => {
    const [good] = backupsIn(await runBackup(production, { ...full, 'backup-keep': '1' }));
    await using _wrapped = await wrapDumper(host, dumper, damaging);
    for (const _round of [1, 2]) {
      const { code, outputs, summary } = await runBackup(production, { ...full, 'backup-keep': '1' });
      expect({ code, backup: outputs['backup'], reason: outputs['reason-code'] }).toEqual({ code: 1, backup: '[]', reason: 'backup-failed' });
      expect(plain(summary)).toContain('schema');
      const files = await filesOn(host);
      expect(files.filter((file) => !file.startsWith('unverified-'))).toEqual([good?.location, `${good?.location}.json`].map((path) => path?.split('/').at(-1)));
      expect(files.filter((file) => file.startsWith('unverified-'))).toHaveLength(1);
    }
    expect([await scratch(), await leftBehind(production)]).toEqual([[], []]);
  });

  test('is refused beforehand where nobody may restore it, and the line that is missing is told', async () => {
    await host.run('mv /etc/sudoers.d/restore /root/');
    try {
      const { outputs, summary } = await runBackup(production, full);
      expect(outputs).toMatchObject({ backup: '[]', 'reason-code': 'no-rights' });
      expect(plain(summary)).toContain('nobody may create the database');
      expect(await filesOn(host)).toEqual([]);
    } finally {
      await host.run('mv /root/restore /etc/sudoers.d/');
    }
  });

  test('leaves no scratch database when the run is killed while it is restored', async () => {
    const started = startBackup(production, full);
    await until('a scratch database is there', async () => ((await scratch()).length > 0 ? true : undefined), 60);
    started.process.kill('SIGKILL');
    await started.ended;
    expect(plain((await started.post()).summary)).toContain('the backup was cancelled');
    expect([await scratch(), await leftBehind(production)]).toEqual([[], []]);
  });
});
