/** Imports run downward only. (The linter holds the rest: libraries and adapters stay where they belong, and there are no cycles.) */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { doors } from '../scripts/doors.mts';

const layers = ['vocabulary', 'part', 'story', 'door'] as const;
const stories = ['src/rollback.ts', 'src/take-up.ts', 'src/back-up.ts', 'src/watching.ts', 'src/guarding.ts', 'src/reporting.ts'];
/** Doors, and the wiring that they share. */
const wiring = [...doors.map((door) => `src/${door}.ts`), 'src/adapters/world.ts', 'src/adapters/reach.ts', 'src/adapters/people.ts', 'src/adapters/door.ts'];

type Layer = (typeof layers)[number] | 'adapter';

/** What hosts hold, and where, is said in pure shell text: vocabulary as `commands` is. */
function layerOf(file: string): Layer {
  if (/^src\/(commands\/.*|hosts\/(prelude|run-folder|history)|errors|ports|plan|outcome)(\.ts)?$/.test(file)) return 'vocabulary';
  if (wiring.includes(file)) return 'door';
  if (file.startsWith('src/adapters/')) return 'adapter';
  return stories.includes(file) ? 'story' : 'part';
}

function mayImport(importer: string, imported: string, typeOnly: boolean): boolean {
  const [from, to] = [layerOf(importer), layerOf(imported)];
  if (to === 'adapter') return from === 'adapter' || from === 'door';
  // An adapter implements ports. Some are declared beside their one user: their types are open to it, their values are not.
  if (from === 'adapter') return to === 'vocabulary' || (to === 'part' && typeOnly);
  if (to === 'door') return from === 'door';
  return layers.indexOf(to) <= layers.indexOf(from);
}

function importsOf(file: string): readonly { readonly imported: string; readonly typeOnly: boolean }[] {
  const statements = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s+(?<type>type\s)?[^;]*?from\s+'(?<path>\.[^']*)'|import\('(?<lazy>\.[^']*)'\)/gm);
  return [...statements].map(({ groups }) => ({
    imported: join(dirname(file), groups?.['path'] ?? groups?.['lazy'] ?? ''),
    typeOnly: groups?.['type'] !== undefined,
  }));
}

describe('imports', () => {
  test.each<[importer: string, imported: string, typeOnly: boolean, allowed: boolean]>([
    ['src/main.ts', 'src/adapters/clock.ts', false, true],
    ['src/main.ts', 'src/rollback.ts', false, true],
    ['src/rollback.ts', 'src/main.ts', false, false],
    ['src/rollback.ts', 'src/adapters/clock.ts', true, false],
    ['src/methods/git.ts', 'src/rollback.ts', true, false],
    ['src/methods/git.ts', 'src/commands/git.ts', false, true],
    ['src/commands/git.ts', 'src/methods/git.ts', true, false],
    ['src/plan.ts', 'src/execute.ts', true, false],
    ['src/adapters/http.ts', 'src/ports.ts', true, true],
    ['src/adapters/ssh/connect.ts', 'src/hosts/link.ts', true, true],
    ['src/adapters/ssh/connect.ts', 'src/hosts/link.ts', false, false],
  ])('%s from %s (type only: %s): %s', (importer, imported, typeOnly, allowed) => {
    expect(mayImport(importer, imported, typeOnly)).toBe(allowed);
  });

  test('run downward in every file of src', () => {
    const files = globSync('src/**/*.ts');
    const all = files.flatMap((importer) => importsOf(importer).map((one) => ({ importer, ...one })));
    expect(all.length).toBeGreaterThan(files.length / 2);
    const upward = all.filter(({ importer, imported, typeOnly }) => !mayImport(importer, imported, typeOnly));
    expect(upward.map(({ importer, imported }) => `${importer} imports ${imported}`)).toEqual([]);
  });
});
