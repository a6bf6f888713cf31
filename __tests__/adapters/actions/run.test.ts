import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runIdentity } from '../../../src/adapters/actions/run.ts';

const github = {
  GITHUB_RUN_ID: '42', GITHUB_RUN_ATTEMPT: '2', GITHUB_JOB: 'roll_back', GITHUB_ACTION: '__self', GITHUB_REPOSITORY: 'o/r', GITHUB_SERVER_URL: 'https://ghe.example',
  GITHUB_ACTOR: 'octocat', GITHUB_TRIGGERING_ACTOR: 'hubot', GITHUB_EVENT_NAME: 'workflow_dispatch',
};

test('who and what a run on GitHub is', () => {
  expect(runIdentity(github)).toEqual({
    id: expect.stringMatching(/^42-2-roll-back---self-[0-9a-f]{8}$/), url: 'https://ghe.example/o/r/actions/runs/42', actor: 'hubot', trigger: 'workflow_dispatch', repository: 'o/r', serverUrl: 'https://ghe.example',
  });
});

test('two jobs of one matrix, of which the runner says the same, are two runs: on a host a step of a run is done once', () => {
  expect(runIdentity(github).id).not.toBe(runIdentity(github).id);
});

test('another attempt, job or step is told apart by its name', () => {
  const others = [{ GITHUB_RUN_ATTEMPT: '3' }, { GITHUB_JOB: 'other' }, { GITHUB_ACTION: '__self_2' }];
  expect(others.map((other) => runIdentity({ ...github, ...other }).id.slice(0, -9))).toEqual(['42-3-roll-back---self', '42-2-other---self', '42-2-roll-back---self-2']);
});

test('outside of GitHub every run is its own', () => {
  const [one, other] = [runIdentity({ USER: 'deploy' }), runIdentity({})];
  expect(one).toMatchObject({ id: expect.stringMatching(/^local-[0-9a-f]{8}$/), url: '', actor: 'deploy', trigger: 'by hand', repository: '', serverUrl: 'https://github.com' });
  expect(other.actor).toBe('unknown');
  expect(other.id).not.toBe(one.id);
});

describe('a repository_dispatch', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'event-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['tells its type', '{"action":"rollback"}', 'repository_dispatch: rollback'],
    ['without a type', '{}', 'repository_dispatch'],
    ['that is damaged', '{"action', 'repository_dispatch'],
    ['that is no object', 'null', 'repository_dispatch'],
  ])('%s', (_, text, trigger) => {
    writeFileSync(join(folder, 'event.json'), text);
    expect(runIdentity({ ...github, GITHUB_EVENT_NAME: 'repository_dispatch', GITHUB_EVENT_PATH: join(folder, 'event.json') }).trigger).toBe(trigger);
  });

  test('whose file is gone', () => expect(runIdentity({ ...github, GITHUB_EVENT_NAME: 'repository_dispatch', GITHUB_EVENT_PATH: join(folder, 'none') }).trigger).toBe('repository_dispatch'));
});
