/** 500 ways of damaging a backup that has a manifest: none may pass. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { findBackup, findBackups, proveBackup } from '../../src/commands/restore.ts';
import { fileIn, madeIn } from '../../src/databases/found.ts';
import { runScript } from '../databases/script.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollback backups '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = Array.from({ length: 4000 }, (_, n) => `INSERT INTO jobs VALUES (${n}, '${createHash('md5').update(String(n)).digest('hex')}');`).join('\n');
const whole = gzipSync(`-- MariaDB dump\n${rows}\n-- Dump completed on 2026-11-25\n`);
const other = gzipSync(`-- MariaDB dump\n${rows.replaceAll('jobs', 'cars')}\n-- Dump completed on 2026-11-25\n`);
const manifest = { bytes: whole.length, sha256: createHash('sha256').update(whole).digest('hex') };

/** Damage by number: cut short, bits flipped, bytes put in, taken out, exchanged, another database's dump, hardly anything at all. */
function damaged(n: number): Buffer {
  const at = Math.floor((whole.length * (n % 200)) / 200);
  const flipped = Buffer.from(whole);
  if (n < 200) return whole.subarray(0, at);
  if (n < 400) {
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (n % 8));
    return flipped;
  }
  if (n < 440) return Buffer.concat([whole.subarray(0, at), Buffer.from([n % 256]), whole.subarray(at)]);
  if (n < 480) return Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]);
  if (n < 490) return whole.subarray(0, 20);
  if (n < 495) return Buffer.alloc(whole.length);
  return n < 498 ? other : gzipSync('');
}

test('of 500 damaged backups none is accepted, and the whole one is', async () => {
  const file = join(folder, "it's one.sql.gz");
  const prove = async (): Promise<number | null> => (await runScript(proveBackup(file, manifest))).code;
  writeFileSync(file, whole);
  expect(await prove()).toBe(0);
  const accepted: number[] = [];
  for (let n = 0; n < 500; n += 25) {
    const codes = await Promise.all(Array.from({ length: 25 }, async (_, index) => {
      const own = join(folder, `${n + index}`);
      writeFileSync(own, damaged(n + index));
      return (await runScript(proveBackup(own, manifest))).code;
    }));
    codes.forEach((code, index) => {
      if (code === 0) accepted.push(n + index);
    });
  }
  expect(accepted).toEqual([]);
  rmSync(file);
  expect(await prove()).toBe(1);
}, 120_000);

test('backups are found with their manifests, and a file that was named as it is', async () => {
  const place = join(folder, 'found');
  execFileSync('mkdir', [place]);
  const line = JSON.stringify({ kind: 'database', environment: 'production', app: '/app', run: '1', release: 'a'.repeat(40), time: '2026-11-25T00:00:00Z', bytes: 3, sha256: '0'.repeat(64) });
  for (const [name, text] of Object.entries({ 'database-1.sql.gz': 'abc', 'database-1.sql.gz.json': `${line}\n`, 'database-2.sql.gz': 'abc', 'database-3.sql.gz.json': line, 'database-4.sql.gz': 'ab', 'database-4.sql.gz.json': 'not json' })) writeFileSync(join(place, name), text);
  const { facts } = await runScript(findBackups(place));
  expect(madeIn(facts).map(({ path, bytes, manifest: { run } }) => [path, bytes, run])).toEqual([[join(place, 'database-1.sql.gz'), 3, '1']]);
  const named = async (name: string) => fileIn(join(place, name), (await runScript(findBackup(join(place, name)))).facts);
  expect(await named('database-1.sql.gz')).toMatchObject({ bytes: 3, manifest: { run: '1' } });
  expect(await named('database-2.sql.gz')).toEqual({ path: join(place, 'database-2.sql.gz'), bytes: 3 });
  expect(await named('database-4.sql.gz')).toEqual({ why: 'it has a manifest that cannot be read' });
  expect(await named('database-9.sql.gz')).toEqual({ why: 'there is no such file' });
  expect(readFileSync(join(place, 'database-2.sql.gz'), 'utf8')).toBe('abc');
});
