import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from '../../src/migrations/command.ts';
import { runScript } from '../commands/shell.ts';
import { read } from '../inputs/good.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "app's "));
  mkdirSync(join(folder, 'db'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha = (digit: number): string => String(digit).repeat(40);
/** The commands write down what they are told and where; `down` fails where it is told to. */
async function tool(down = 'echo "down $ROLLBACK_FROM $ROLLBACK_TO" >> log') {
  const inputs = read({ migrations: 'command', 'migrations-dir': 'db', 'migrations-down-command': down, 'migrations-up-command': 'echo "up $ROLLBACK_FROM $ROLLBACK_TO" >> log' });
  const { movements: [movement] } = await command({ inputs: { ...inputs, appDir: folder, migrationsDir: join(folder, 'db') }, host: 'web-1', from: sha(3), to: sha(2), environment: '', ask: async () => new Map() });
  if (movement === undefined) throw new Error('No movement');
  return movement;
}
const run = (script: string) => runScript(`found='${folder.replaceAll("'", String.raw`'\''`)}'\n${script}`).code;
const log = (): readonly string[] => readFileSync(join(folder, 'db/log'), 'utf8').trim().split('\n');

test('a run that takes up an interrupted one does not go down once more, and comes up once', async () => {
  const { down, up } = await tool();
  expect([run(down), run(down), run(`(\n${up}) || exit 7\n`), run(up), run(down)]).toEqual([0, 0, 0, 0, 0]);
  expect(log()).toEqual([`down ${sha(3)} ${sha(2)}`, `up ${sha(3)} ${sha(2)}`, `down ${sha(3)} ${sha(2)}`]);
});

test('one that had failed is tried again, and taken back', async () => {
  const { down, up } = await tool('echo down >> log; exit 3');
  expect([run(down), run(down), run(up)]).toEqual([3, 3, 0]);
  expect(log()).toEqual(['down', 'down', `up ${sha(3)} ${sha(2)}`]);
});

test('comes up nowhere else than in its folder, and not where nothing was begun', async () => {
  const { down, up } = await tool();
  expect(run(up)).toBe(0);
  expect(run(down)).toBe(0);
  rmSync(join(folder, 'db'), { recursive: true });
  expect(run(`(\n${up}) || exit 7\n`)).toBe(7);
});
