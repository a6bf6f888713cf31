import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fleetAvailable } from '../fleet/available.ts';
import { failsHalfWayDown, irreversible, twoHeads } from '../fleet/migrations.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { leftBehind } from './evidence.ts';
import { inputsFor } from './inputs.ts';
import { runAction, type Ended } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

/** A target that was never good: its health answers 500. */
const broken = { parent: 'v2', message: 'Release 2.1 that is broken too', serves: 'careers', health: '500' } as const;

describe.skipIf(!available)('the data in a git rollback', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(1);
    await scene.production.commitAll([
      { tag: 'broken', ...broken },
      { tag: 'half-way', parent: 'v3', message: 'deploy: a migration that fails on its way down', migrations: [failsHalfWayDown] },
      { tag: 'no-way-back', parent: 'v3', message: 'deploy: a migration without a way back', migrations: [irreversible] },
      { tag: 'two-heads', parent: 'v3', message: 'deploy: two branches of migrations', migrations: twoHeads },
      { tag: 'other-branch', parent: 'v2', message: 'A branch with a migration of its own', migrations: [{ revision: 'x9', below: 'b2', up: ['pass'], down: ['pass'] }] },
    ]);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  const run = (overrides: Readonly<Record<string, string>>): Promise<Ended> => runAction(inputsFor(scene.production, overrides));
  const kept = (): Promise<string[]> => scene.production.query("SELECT table_name FROM information_schema.tables WHERE table_name LIKE '\\_rollback%'");

  test('is dumped, and the dump is verified and can be restored; its password is told nowhere', async () => {
    const { code, outputs, log, summary } = await run({ commit: 'v2', backup: 'database\napp' });
    expect({ code, result: outputs['result'], lost: outputs['data-loss-rows'] }).toEqual({ code: 0, result: 'rolled-back', lost: '85' });
    const backups = JSON.parse(outputs['backup'] ?? '[]') as readonly { kind: string; location: string; bytes: number; sha256: string }[];
    expect(backups.map(({ kind }) => kind).toSorted()).toEqual(['app', 'database']);
    for (const { location, bytes, sha256 } of backups) {
      expect(await scene.host(1).run(`stat -c '%s %a' ${location}; sha256sum < ${location} | cut -c 1-64`)).toBe(`${bytes} 600\n${sha256}\n`);
      const manifest = JSON.parse(await scene.host(1).run(`cat ${location}.json`)) as { release: string };
      expect(manifest).toMatchObject({ release: scene.production.sha('v3'), bytes, sha256 });
    }
    const dump = backups.find(({ kind }) => kind === 'database')?.location;
    await scene.host(1).run(`mariadb -e 'CREATE DATABASE again' && gzip -dc ${dump} | mariadb again`);
    expect(await scene.host(1).run('mariadb -BN again -e "SELECT (SELECT COUNT(*) FROM matches), (SELECT COUNT(*) FROM jobs WHERE match_score IS NOT NULL)"')).toBe('40\t45\n');
    await scene.host(1).run("mariadb -e 'DROP DATABASE again'");
    expect(await kept()).toEqual([]);
    for (const text of [log, summary, JSON.stringify(outputs)]) expect(text).not.toMatch(/p@ss#w|p%40ss%23w/);
  });

  test('comes back whole when the target is broken: dropped columns and tables with their values', async () => {
    const before = await snapshot(scene.production);
    const { code, outputs } = await run({ commit: 'broken' });
    expect({ code, result: outputs['result'], lost: outputs['data-loss-rows'] }).toEqual({ code: 1, result: 'undone', lost: '0' });
    expect(await snapshot(scene.production)).toEqual(before);
    expect([await kept(), await leftBehind(scene.production)]).toEqual([[], []]);
  });

  test('comes back whole when a downgrade fails at its second operation, and MariaDB has kept the first', async () => {
    await scene.production.deploy('half-way');
    await scene.production.query("UPDATE jobs SET salary_note = CONCAT('note ', id)");
    const before = await snapshot(scene.production);
    const { code, outputs, summary } = await run({ commit: 'v3' });
    expect({ code, result: outputs['result'], reason: outputs['reason-code'] }).toEqual({ code: 1, result: 'undone', reason: 'step-failed' });
    expect(summary).toContain('no_such_column');
    expect(await snapshot(scene.production)).toEqual(before);
    expect([await kept(), await leftBehind(scene.production)]).toEqual([[], []]);
  });

  test('keeps what the application wrote between the downgrade and the undo', async () => {
    const before = await snapshot(scene.production);
    // It writes as soon as the first table is gone, while the target is being proved.
    await scene.host(1).run(`systemd-run --quiet --unit=writer sh -c 'while mariadb green_matchers_db -e "SELECT 1 FROM matches LIMIT 1" > /dev/null 2>&1; do sleep 0.1; done; sleep 1
mariadb green_matchers_db -e "INSERT INTO jobs (id, title) VALUES (9001, \\"written meanwhile\\"); UPDATE jobs SET company = \\"changed meanwhile\\" WHERE id = 1; DELETE FROM jobs WHERE id = 60"'`);
    const { outputs } = await run({ commit: 'broken' });
    expect(outputs['result']).toBe('undone');
    expect(await scene.production.query('SELECT title FROM jobs WHERE id = 9001')).toEqual(['written meanwhile']);
    expect(await scene.production.query('SELECT company, match_score IS NOT NULL FROM jobs WHERE id = 1')).toEqual(['changed meanwhile\t1']);
    expect(await scene.production.query('SELECT COUNT(*) FROM jobs WHERE id = 60')).toEqual(['0']);
    const { tables, schema } = (await snapshot(scene.production)).database;
    expect(schema).toEqual(before.database.schema);
    expect(tables['matches']).toEqual(before.database.tables['matches']);
  });

  test.each<readonly [string, string, Readonly<Record<string, string>>, string, RegExp]>([
    ['a migration without a way back', 'no-way-back', { commit: 'v3' }, 'migration-irreversible', /e6.*only raises/],
    ['a target whose revision the database does not hold', 'v3', { commit: 'other-branch' }, 'diverged', /x9/],
    ['more rows than may leave live use', 'v3', { commit: 'v2', 'max-data-loss-rows': '10' }, 'data-loss', /85 rows.*45 in jobs|85 rows.*40 in matches/],
    ['a database that does not answer', 'v3', { commit: 'v2', 'env-file': '', 'database-url': 'mysql://green_user:wrong@127.0.0.1:3306/green_matchers_db' }, 'database-unreachable', /./],
  ])('refuses %s before anything is touched', async (_, deployed, overrides, reason, words) => {
    if (deployed !== 'v3') await scene.production.deploy(deployed);
    const before = await snapshot(scene.production);
    const { code, outputs, summary } = await run(overrides);
    expect({ code, result: outputs['result'], reason: outputs['reason-code'] }).toEqual({ code: 1, result: 'refused', reason });
    expect(summary).toMatch(words);
    expect(await snapshot(scene.production)).toEqual(before);
    expect([await kept(), await leftBehind(scene.production)]).toEqual([[], []]);
  });

  test('goes down from two heads to exactly the one of the target', async () => {
    await scene.production.deploy('two-heads');
    const { code, outputs } = await run({ commit: 'v2' });
    expect({ code, result: outputs['result'] }).toEqual({ code: 0, result: 'rolled-back' });
    expect((await snapshot(scene.production)).database.revisions).toEqual(['b2']);
  });

  test('stays as it is with "schema: keep"', async () => {
    const { database } = await snapshot(scene.production);
    const { outputs } = await run({ commit: 'v2', schema: 'keep' });
    expect(outputs['result']).toBe('rolled-back');
    expect((await snapshot(scene.production)).database).toEqual(database);
  });

  test('refuses to begin when there is no room for the backup', async () => {
    await scene.host(1).run('mkdir -p /var/backups/green-matchers; mount -t tmpfs -o size=20m,uid=1000,mode=700 tmpfs /var/backups/green-matchers; fallocate -l 19m /var/backups/green-matchers/full');
    try {
      const before = await snapshot(scene.production);
      const { code, outputs, summary } = await run({ commit: 'v2' });
      expect({ code, result: outputs['result'], reason: outputs['reason-code'] }).toEqual({ code: 1, result: 'refused', reason: 'disk-full' });
      expect(summary).toContain('/var/backups/green-matchers');
      expect(await snapshot(scene.production)).toEqual(before);
    } finally {
      await scene.host(1).run('umount /var/backups/green-matchers; rmdir /var/backups/green-matchers');
    }
  });

  test('goes by commands of another tool, told both releases, and comes back by them', async () => {
    const commands = {
      migrations: 'command', 'migrations-dir': '', virtualenv: '', 'env-file': '', backup: 'none',
      'migrations-down-command': 'echo "down $ROLLBACK_FROM $ROLLBACK_TO" >> ~/migrations.log',
      'migrations-up-command': 'echo "up $ROLLBACK_FROM $ROLLBACK_TO" >> ~/migrations.log',
    };
    const releases = `${scene.production.sha('v3')} ${scene.production.sha('broken')}`;
    const { outputs } = await run({ commit: 'broken', ...commands });
    expect(outputs['result']).toBe('undone');
    expect(await scene.host(1).run('cat ~deploy/migrations.log')).toBe(`down ${releases}\nup ${releases}\n`);
  });
});
