/**
 * A restore beside of a gigabyte, by the very step that the action runs on a host, against the database's own client alone, in turn on the same
 * server: `mariadb < dump`, `pg_restore`. And the memory that the action itself takes while it restores as much.
 */
import { spawn } from 'node:child_process';
import { engineNamed } from '../src/databases/registry.ts';
import type { Engine } from '../src/databases/engine.ts';
import { prelude } from '../src/hosts/prelude.ts';
import { openDataScene, type DataScene } from '../__tests__/rollback/data-scene.ts';
import { inputsFor } from '../__tests__/rollback/inputs.ts';
import { startAction } from '../__tests__/rollback/runner.ts';
import { median } from './median.mts';

/** Even, for each of the two goes first in half of them: the one that comes second finds the disk busy with what the first one wrote. */
const rounds = 4;
const megabytes = Number(process.env['BENCH_MEGABYTES'] ?? 1000);

/** Rows of about 1 KiB, as texts that do not compress to nothing (PostgreSQL compresses what repeats itself). */
const fill = {
  mariadb: `INSERT INTO analytics (name, value) SELECT 'row', seq FROM seq_1_to_1000; CREATE TABLE large (id INT PRIMARY KEY AUTO_INCREMENT, a INT, body TEXT, INDEX (a));
INSERT INTO large (a, body) SELECT seq % 1000, REPEAT(CONCAT(MD5(seq), SHA1(seq)), 14) FROM seq_1_to_${megabytes * 1000};`,
  postgresql: `CREATE TABLE large (id SERIAL PRIMARY KEY, a INT, body TEXT); ALTER TABLE large OWNER TO green_user;
INSERT INTO large (a, body) SELECT n % 1000, (SELECT string_agg(md5(n || '-' || i), '') FROM generate_series(1, 30) i) FROM generate_series(1, ${megabytes * 1000}) n; CREATE INDEX ON large (a);`,
} as const;

export async function benchRestore(): Promise<void> {
  for (const name of ['mariadb', 'postgresql'] as const) {
    await using scene = await openDataScene(name, 1);
    const engine = engineNamed(name === 'mariadb' ? 'mysql' : name);
    if (engine === undefined) throw new Error(name);
    await scene.sql(fill[name]);
    const backup = await scene.backUp('v2');
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const turns = [
        async () => theirs.push(await timed(() => scene.host.run(alone[name](backup)))),
        async () => ours.push(await timed(() => scene.host.run(beside(scene, engine, backup), { user: 'deploy' }))),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
        await settled(scene, name);
        await turn();
      }
      for (const database of ['alone', 'beside']) await scene.sql(`DROP DATABASE ${database}`, name === 'mariadb' ? 'mysql' : 'postgres');
    }
    console.log(`Restore beside of ${megabytes} MB on ${name}: ${median(ours).toFixed(1)} s; the client alone: ${median(theirs).toFixed(1)} s; ratio ${(median(ours) / median(theirs)).toFixed(2)} (medians of ${rounds})`);
    console.log(`Memory of the action while it restores that: ${await memory(scene)} MB at most`);
  }
}

/** What was written before is on the disk: nobody pays for another's writing. */
async function settled(scene: DataScene, name: 'mariadb' | 'postgresql'): Promise<void> {
  if (name === 'postgresql') await scene.sql('CHECKPOINT', 'postgres');
  await scene.host.run('sync');
}

const alone = {
  mariadb: (backup: string) => `mariadb -e 'CREATE DATABASE alone' && gzip -dc ${backup} | mariadb alone`,
  postgresql: (backup: string) => `cp ${backup} /var/tmp/readable.dump && chmod 644 /var/tmp/readable.dump && cd / && runuser -u postgres -- createdb alone && runuser -u postgres -- pg_restore --jobs=$(nproc) --dbname=alone /var/tmp/readable.dump`,
} as const;

function beside({ production }: DataScene, engine: Engine, backup: string): string {
  const source = { kind: 'env-file', file: `${production.appDirectory}/apps/backend/.env`, key: 'DATABASE_URL' } as const;
  const names = { live: 'green_matchers_db', restored: 'beside', kept: 'kept' };
  return `cd "$(mktemp -d)"\n${prelude}exec 3>facts\nset -eu\n${engine.client(source)}${engine.beside.admin('socket')}file=${backup}\n${engine.beside.restore(names)}`;
}

/** The highest resident size of the action's process, in megabytes of 10^6 bytes. */
async function memory({ production }: DataScene): Promise<string> {
  const started = startAction(inputsFor(production, { method: 'database', 'max-data-loss-rows': 'any', 'smoke-tests': '' }));
  let highest = 0;
  const watching = setInterval(() => {
    const child = spawn('grep', ['VmHWM', `/proc/${started.process.pid}/status`]);
    child.stdout.on('data', (line: Buffer) => (highest = Math.max(highest, Number(/\d+/.exec(String(line))?.[0] ?? 0))));
  }, 500);
  const { outputs, log } = await started.ended;
  clearInterval(watching);
  if (outputs['result'] !== 'rolled-back') throw new Error(log);
  return ((highest * 1024) / 1e6).toFixed(0);
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await act();
  return (performance.now() - before) / 1000;
}

