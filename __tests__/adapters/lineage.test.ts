import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lineage } from '../../src/adapters/lineage.ts';
import { github } from '../guard/github.ts';

const sha = (index: number): string => index.toString(16).padStart(40, '0');

test('by GitHub, over as many pages as it takes', async () => {
  const history = Array.from({ length: 251 }, (_, index) => ({ sha: sha(index), message: `Change ${index}` }));
  await using there = await github({ history });
  const compare = lineage({ token: 't', repository: 'green/matchers', apiUrl: there.url, workspace: '/nowhere' });
  const found = await compare(sha(0), sha(250));
  expect(found?.contains).toBe(true);
  expect(found?.commits).toHaveLength(250);
  expect(found?.commits[0]).toEqual({ sha: sha(1), message: 'Change 1' });
  expect(there.paths).toHaveLength(3);
  expect((await compare(sha(9), sha(3)))?.contains).toBe(false);
  expect((await compare(sha(9), sha(9)))?.contains).toBe(true);
  expect(await compare(sha(9), 'f'.repeat(40))).toBeUndefined();
});

test('by the checkout, where GitHub does not answer; not where it was cut short', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'lineage-'));
  onTestFinished(() => rmSync(workspace, { recursive: true }));
  const git = (folder: string, ...words: string[]): string => execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...words], { encoding: 'utf8' }).trim();
  const whole = join(workspace, 'whole');
  execFileSync('git', ['init', '--quiet', whole]);
  const shas = ['one', 'two', 'three\n\nwith a body'].map((message) => {
    git(whole, 'commit', '--quiet', '--allow-empty', '-m', message);
    return git(whole, 'rev-parse', 'HEAD');
  });
  const [one = '', two = '', three = ''] = shas;
  const compare = (folder: string) => lineage({ token: undefined, repository: 'green/matchers', apiUrl: undefined, workspace: folder });
  expect(await compare(whole)(one, three)).toEqual({ contains: true, commits: [{ sha: two, message: 'two' }, { sha: three, message: 'three\n\nwith a body' }] });
  expect((await compare(whole)(three, one))?.contains).toBe(false);
  expect(await compare(whole)('f'.repeat(40), one)).toBeUndefined();
  const shallow = join(workspace, 'shallow');
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${whole}`, shallow]);
  expect(await compare(shallow)(one, three)).toBeUndefined();
  expect(await compare('/nowhere')(one, three)).toBeUndefined();
});
