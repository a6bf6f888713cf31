import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveCheckout } from '../../src/commands/archive.ts';
import { runScript } from './script.ts';

describe('a copy of the checkout', () => {
  let folder: string;
  let app: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollback archive '));
    app = join(folder, "app's");
    for (const file of ['.env', 'code.py', '.git/HEAD', '.git/objects/ab/cd', '.git/refs/heads/main', 'backend/venv/pyvenv.cfg', 'backend/venv/bin/python', 'odd [x]*/env/pyvenv.cfg', 'odd [x]*/env/lib', 'odd [x]*/code', 'node_modules/x/y', 'logs/a', 'backend/app.log', 'backend/logs/keep', 'ünï code']) {
      mkdirSync(dirname(join(app, file)), { recursive: true });
      writeFileSync(join(app, file), file);
    }
  });
  afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

  const save = (env = process.env, into = join(folder, 'backups')) => runScript(archiveCheckout(app, { folder: into, keep: 5, environment: 'production', app: '/var/www/app', run: '42-1', release: 'a'.repeat(40), stamp: '20261123T101500Z', good: [], by: 'backup' }), { env });

  test('holds what git and an install do not bring back', async () => {
    const { code, output, facts } = await save();
    expect([code, output]).toEqual([0, '']);
    const files = execFileSync('tar', ['-tzf', facts.get('location')?.[0] ?? ''], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } }).split('\n').filter((file) => !file.endsWith('/') && file !== '');
    expect(files.sort()).toEqual(['./.env', './.git/HEAD', './.git/refs/heads/main', './backend/logs/keep', './code.py', './odd [x]*/code', './ünï code']);
  });

  test('does not hold the backups before it', async () => {
    const inside = join(app, 'backups');
    await save(process.env, inside);
    rmSync(join(inside, readdirSync(inside).find((name) => name.endsWith('.gz')) ?? ''));
    const { code, facts } = await save(process.env, inside);
    expect([code, execFileSync('tar', ['-tzf', facts.get('location')?.[0] ?? ''], { encoding: 'utf8' }).includes('backups/')]).toEqual([0, false]);
  });

  test('is refused when tar fails, and leaves nothing behind', async () => {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(join(tools, 'tar'), '#!/bin/sh\necho "tar: ./code.py: Cannot open: Permission denied" >&2\nexit 2\n');
    chmodSync(join(tools, 'tar'), 0o755);
    const { code, output } = await save({ ...process.env, PATH: `${tools}:${process.env['PATH'] ?? ''}` });
    expect([code, output.includes('Permission denied')]).toEqual([1, true]);
    expect(readdirSync(join(folder, 'backups'))).toEqual([]);
  });
});
