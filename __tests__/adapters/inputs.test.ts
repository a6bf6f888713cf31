import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfigFile, takeInputs } from '../../src/adapters/inputs.ts';

describe('takeInputs', () => {
  test('reads the names that the runner writes, and takes secrets out of the environment', () => {
    const env: NodeJS.ProcessEnv = { 'INPUT_HEALTH-URL': 'https://a.example/', 'INPUT_SSH-PASSPHRASE': 'sesame', INPUT_TWO_WORDS: 'x', PATH: '/bin', INPUTS: 'y' };
    expect(takeInputs(env, new Set(['ssh-passphrase']))).toEqual({ 'health-url': 'https://a.example/', 'ssh-passphrase': 'sesame', two_words: 'x' });
    expect(Object.keys(env)).toEqual(['INPUT_HEALTH-URL', 'INPUT_TWO_WORDS', 'PATH', 'INPUTS']);
  });

  test('takes them out of the real environment too', () => {
    process.env['INPUT_SSH-PASSPHRASE'] = 'sesame';
    expect(takeInputs(process.env, new Set(['ssh-passphrase']))).toMatchObject({ 'ssh-passphrase': 'sesame' });
    expect(process.env).not.toHaveProperty(['INPUT_SSH-PASSPHRASE']);
  });
});

describe('readConfigFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  const workspace = join(folder, 'work');
  mkdirSync(join(workspace, '.github'), { recursive: true });
  mkdirSync(join(folder, 'work-2'));
  writeFileSync(join(workspace, '.github', 'rollback.yml'), 'parallel: 2\n');
  writeFileSync(join(workspace, 'large.yml'), `# ${'x'.repeat(256 * 1024)}`);
  writeFileSync(join(folder, 'outside.yml'), 'parallel: 3\n');
  writeFileSync(join(folder, 'work-2', 'rollback.yml'), 'parallel: 3\n');
  symlinkSync(join(folder, 'outside.yml'), join(workspace, 'link.yml'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('reads a file of the repository', async () => {
    expect(await readConfigFile(workspace, '.github/rollback.yml')).toEqual({ path: '.github/rollback.yml', text: 'parallel: 2\n' });
  });

  test.each([
    ['absent.yml', 'which does not exist'],
    ['../outside.yml', 'which is outside of the repository'],
    ['../work-2/rollback.yml', 'which is outside of the repository'],
    ['link.yml', 'which is outside of the repository'],
    ['/etc/hostname', 'which is outside of the repository'],
    ['.github', 'which is not a file'],
    ['large.yml', 'which is larger than 256 KiB'],
    ['a\0b', 'which cannot be read'],
  ])('%j: %s', async (path, problem) => {
    expect(await readConfigFile(workspace, path)).toEqual({ path, problem });
  });

  test('a job that checked nothing out', async () => {
    expect(await readConfigFile(join(folder, 'nowhere'), 'rollback.yml')).toEqual({ path: 'rollback.yml', problem: 'which does not exist' });
  });
});
