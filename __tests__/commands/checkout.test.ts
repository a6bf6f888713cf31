import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkout, checkoutBack, closeFound, keepCheckout } from '../../src/commands/checkout.ts';
import { candidates, checkoutFacts, difference, fetchCommit, newestOf, repository, resolve, targetPresence } from '../../src/commands/git.ts';
import { runScript, type Ran } from './shell.ts';

let folder: string;
let app: string;
let origin: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkout-'));
  origin = join(folder, 'origin');
  app = join(folder, "app's dir");
  git(folder, 'init', '-q', '-b', 'main', origin);
  release('v1', 'Release 1', { 'app.py': 'one', 'old/only-v1.txt': 'old', 'keep.txt': 'same' });
  release('v2', 'Stable release 2', { 'app.py': 'two', 'keep.txt': 'same', 'run.sh': '#!/bin/sh' });
  release('v3', 'deploy: release 3', { 'app.py': 'three', 'keep.txt': 'same', 'run.sh': '#!/bin/sh', 'new.txt': 'new' });
  git(folder, 'clone', '-q', origin, app);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('back to a release and back again', () => {
  const asFound = (): unknown => ({
    head: git(app, 'rev-parse', 'HEAD'),
    branch: git(app, 'rev-parse', '--abbrev-ref', 'HEAD'),
    status: git(app, 'status', '--porcelain=v2', '--untracked-files=all', '--ignored'),
    staged: git(app, 'diff', '--cached'),
    files: git(app, 'ls-files', '-s', '-v'),
    content: execFileSync('sh', ['-c', `cd "$1" && find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum; find . -path ./.git -prune -o -printf '%p %m %y %l\n' | sort`, 'sh', app], { encoding: 'utf8' }),
  });

  const changes: readonly (readonly [string, () => void])[] = [
    ['a clean checkout', () => undefined],
    ['a detached head', () => git(app, 'checkout', '-q', '--detach')],
    ['a changed file', () => writeFileSync(join(app, 'keep.txt'), 'hot fix')],
    ['a changed file that the target has differently', () => writeFileSync(join(app, 'app.py'), 'hot fix')],
    ['a deleted file', () => rmSync(join(app, 'app.py'))],
    ['a staged and a further change', () => { writeFileSync(join(app, 'app.py'), 'staged'); git(app, 'add', 'app.py'); writeFileSync(join(app, 'app.py'), 'further'); }],
    ['a staged new file', () => { writeFileSync(join(app, 'staged.txt'), 'x'); git(app, 'add', 'staged.txt'); }],
    ['a file that became a link', () => { rmSync(join(app, 'keep.txt')); symlinkSync('app.py', join(app, 'keep.txt')); }],
    ['a changed mode', () => chmodSync(join(app, 'app.py'), 0o755)],
    ['untracked files', () => { mkdirSync(join(app, 'uploads')); writeFileSync(join(app, 'uploads/a b.png'), 'png'); }],
    ['an untracked file where the target has one', () => { mkdirSync(join(app, 'old')); writeFileSync(join(app, 'old/only-v1.txt'), 'precious'); }],
    ['an ignored file where the target has one', () => { writeFileSync(join(app, '.git/info/exclude'), 'old/\n'); mkdirSync(join(app, 'old')); writeFileSync(join(app, 'old/only-v1.txt'), 'precious'); }],
    ['an untracked link where the target has a folder', () => symlinkSync(folder, join(app, 'old'))],
    ['an untracked file where the target has a folder', () => writeFileSync(join(app, 'old'), 'precious')],
    ['an untracked link to a folder where the target has a file', () => { mkdirSync(join(app, 'old')); symlinkSync(folder, join(app, 'old/only-v1.txt')); }],
    ['a changed file that git was told not to look at', () => { git(app, 'update-index', '--assume-unchanged', 'app.py'); writeFileSync(join(app, 'app.py'), 'hot fix'); }],
    ['one that the target has the same', () => { git(app, 'update-index', '--assume-unchanged', 'keep.txt'); writeFileSync(join(app, 'keep.txt'), 'hot fix'); }],
    ['one that git was told to leave alone', () => { git(app, 'update-index', '--skip-worktree', 'app.py'); writeFileSync(join(app, 'app.py'), 'hot fix'); }],
    ['one that was told both', () => { git(app, 'update-index', '--skip-worktree', 'app.py'); git(app, 'update-index', '--assume-unchanged', 'app.py'); writeFileSync(join(app, 'app.py'), 'hot fix'); }],
    ['a lock that a crash left behind', () => { writeFileSync(join(app, '.git/index.lock'), ''); utimesSync(join(app, '.git/index.lock'), 1_700_000_000, 1_700_000_000); }],
  ];

  it.each(changes)('%s', (_, change) => {
    change();
    const found = asFound();
    const target = git(app, 'rev-parse', 'v1');
    const runJson = JSON.stringify({ run: '7-1' });

    const kept = run(keepCheckout({ target, run: '7-1', runJson, asFound: { checkout: ['branch main'] } }));
    expect(kept.code, kept.output).toBe(0);
    const again = run(checkoutFacts).facts;
    expect([again.get('unfinished'), again.get('recorded-checkout')]).toEqual([[runJson], ['branch main']]);
    const there = run(checkout(target));
    expect(there.code, there.output).toBe(0);
    expect(git(app, 'rev-parse', 'HEAD')).toBe(target);
    expect(git(app, 'status', '--porcelain', '--untracked-files=no')).toBe('');
    expect(readFileSync(join(app, 'old/only-v1.txt'), 'utf8')).toBe('old');
    expect(run(keepCheckout({ target, run: '8-1', runJson, asFound: {} })).code, 'a second run takes up the first one’s material').toBe(0);

    const back = run(checkoutBack);
    expect(back.code, back.output).toBe(0);
    expect(asFound()).toEqual(found);
    expect(run(checkoutBack).code, 'asked twice').toBe(0);
    expect(asFound()).toEqual(found);
    expect(run(closeFound({})).code).toBe(0);
    expect(existsSync(join(app, '.git/rollback-action/found'))).toBe(false);
  });

  it('stops before anything is touched where a folder of untracked files would go', () => {
    mkdirSync(join(app, 'old/only-v1.txt/2026'), { recursive: true });
    expect(run(keepCheckout({ target: git(app, 'rev-parse', 'v1'), run: '7-1', runJson: '{}', asFound: {} })).code, 'an empty one is no loss').toBe(0);
    expect(run(closeFound({})).code).toBe(0);
    writeFileSync(join(app, 'old/only-v1.txt/2026/customer.pdf'), 'precious');
    const kept = run(keepCheckout({ target: git(app, 'rev-parse', 'v1'), run: '7-1', runJson: '{}', asFound: {} }));
    expect([kept.code, existsSync(join(app, '.git/rollback-action/found'))]).toEqual([1, false]);
    expect(kept.output).toContain('old/only-v1.txt is a folder with files that git does not track');
  });

  it('keeps local changes for people, in a ref and a patch', () => {
    writeFileSync(join(app, 'keep.txt'), 'hot fix');
    const kept = run(keepCheckout({ target: git(app, 'rev-parse', 'v2'), run: '7-1', runJson: '{}', asFound: {} }));
    const [ref = ''] = kept.facts.get('saved-ref') ?? [];
    const [patch = ''] = kept.facts.get('saved-patch') ?? [];
    run(checkout(git(app, 'rev-parse', 'v2')));
    expect(git(app, 'show', `${ref}:keep.txt`)).toBe('hot fix');
    git(app, 'apply', patch);
    expect(readFileSync(join(app, 'keep.txt'), 'utf8')).toBe('hot fix');
  });

  it('runs no hook of the checkout', () => {
    writeFileSync(join(app, '.git/hooks/post-checkout'), '#!/bin/sh\ntouch "$(git rev-parse --git-dir)/ran"', { mode: 0o755 });
    expect(run(checkout(git(app, 'rev-parse', 'v1'))).code).toBe(0);
    expect(existsSync(join(app, '.git/ran'))).toBe(false);
  });

  it('takes submodules to the target’s pins', () => {
    const library = join(folder, 'library');
    git(folder, 'init', '-q', '-b', 'main', library);
    commit(library, 'one', { 'lib.py': 'lib one' });
    git(origin, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib');
    git(origin, 'commit', '-q', '-m', 'with a library'); git(origin, 'tag', 'v4');
    commit(library, 'two', { 'lib.py': 'lib two' });
    git(join(origin, 'lib'), 'pull', '-q');
    git(origin, 'commit', '-q', '-a', '-m', 'library two'); git(origin, 'tag', 'v5');
    const allow = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.file.allow', GIT_CONFIG_VALUE_0: 'always' };
    git(app, 'pull', '-q', '--tags');
    git(app, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init');
    expect(readFileSync(join(app, 'lib/lib.py'), 'utf8')).toBe('lib two');
    const target = git(app, 'rev-parse', 'v4');
    run(keepCheckout({ target, run: '7-1', runJson: '{}', asFound: {} }));
    const there = run(checkout(target), allow);
    expect(there.code, there.output).toBe(0);
    expect(readFileSync(join(app, 'lib/lib.py'), 'utf8')).toBe('lib one');
    expect(run(checkoutBack, allow).code).toBe(0);
    expect(readFileSync(join(app, 'lib/lib.py'), 'utf8')).toBe('lib two');
  });
});

describe('the name of a target', () => {
  it.each(['v1', 'main~0', 'nowhere', '--help'])('%s', (name) => {
    const facts = run(resolve(name)).facts;
    expect(facts.get('target')).toEqual(name === 'v1' ? [git(app, 'rev-parse', 'v1')] : name === 'main~0' ? [git(app, 'rev-parse', 'main')] : undefined);
  });

  it('takes a branch as the remote has it now', () => {
    commit(origin, 'later', { 'app.py': 'later' });
    expect(run(resolve('main')).facts.get('target')).toEqual([git(origin, 'rev-parse', 'main')]);
  });

  it('takes an abbreviated SHA, and a tag that only the remote has', () => {
    git(origin, 'tag', '-a', '-m', 'x', 'late', 'v2');
    const v2 = git(app, 'rev-parse', 'v2');
    expect(run(resolve(v2.slice(0, 8))).facts.get('target')).toEqual([v2]);
    expect(run(resolve('late')).facts.get('target')).toEqual([v2]);
  });
});

it('offers what could be returned to: by the guide’s words, by parentage, by record', () => {
  const [v1, v2, v3] = ['v1', 'v2', 'v3'].map((tag) => git(app, 'rev-parse', tag));
  const { facts } = run(candidates(v3 ?? ''));
  expect(facts.get('matching')).toEqual([v2, v1]);
  expect(facts.get('parent')).toEqual([v2, v1]);
  expect(run(candidates(v1 ?? '')).facts.size).toBe(0);
  expect(run(newestOf([v1 ?? '', v3 ?? ''])).facts.get('newest')).toEqual([v3]);
  const between = run(targetPresence(v1 ?? "") + difference(v3 ?? '', v1 ?? '')).facts;
  expect(between.get('commit-count')).toEqual(['2']);
  expect(between.get('changed')).toHaveLength(Number(between.get('changed-count')?.[0]));
  expect(between.get('changed')).toEqual(git(app, 'diff', '--name-only', 'v3', 'v1').split('\n'));
  expect(between.get(`tag-${v1}`)).toEqual(['v1']);
});

it('fetches a commit that a shallow checkout lacks, after having proved that it can, without a trace', () => {
  rmSync(app, { recursive: true });
  git(folder, 'clone', '-q', '--depth', '1', `file://${origin}`, app);
  const target = git(origin, 'rev-parse', 'v1');
  const before = execFileSync('find', [app, '-type', 'f', '-printf', '%p %T@ %s\n'], { encoding: 'utf8' });
  expect(run(targetPresence(target)).facts.get('target-here')).toEqual(['fetchable']);
  expect(run(targetPresence('f'.repeat(40))).facts.get('target-here')).toEqual(['no']);
  expect(execFileSync('find', [app, '-type', 'f', '-printf', '%p %T@ %s\n'], { encoding: 'utf8' })).toBe(before);
  const fetched = run(fetchCommit(target));
  expect(fetched.code, fetched.output).toBe(0);
  expect(run(targetPresence(target)).facts.get('target-here')).toEqual(['yes']);
  expect(run(checkout(target)).code).toBe(0);
  expect(run(fetchCommit('f'.repeat(40))).code).not.toBe(0);
});

it('sees what is wrong with a checkout', () => {
  const state = (dir: string): string | undefined => runScript(repository(dir) + checkoutFacts).facts.get('checkout')?.[0];
  mkdirSync(join(app, 'below'));
  expect([state(app), state(join(app, 'below')), state(folder), state(join(folder, 'nowhere'))]).toEqual(['ok', 'not-the-top', 'no-repository', 'missing']);
  writeFileSync(join(app, '.git/index.lock'), '');
  expect(Number(run(checkoutFacts).facts.get('index-lock')?.[0])).toBeLessThan(60);
});

function run(script: string, environment?: Readonly<Record<string, string>>): Ran {
  return runScript(repository(app) + script, environment);
}

function git(dir: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', dir, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

function commit(dir: string, message: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '-m', message);
}

function release(tag: string, message: string, files: Readonly<Record<string, string>>): void {
  if (existsSync(join(origin, 'app.py'))) git(origin, 'rm', '-q', '-r', '.');
  expect(statSync(origin).isDirectory()).toBe(true);
  commit(origin, message, files);
  git(origin, 'tag', tag);
}
