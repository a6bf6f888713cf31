import { describe, expect, test } from 'vitest';
import type { BegunRun } from '../../../src/hosts/history.ts';
import type { Member } from '../../../src/nginx/upstream.ts';
import { runOn } from '../../../src/methods/database/maintenance.ts';
import { filesAsFound } from '../../../src/methods/traffic/assessed.ts';
import { otherMethod } from '../../../src/methods/traffic/unfinished.ts';

const begun = (over: Partial<BegunRun> = {}): BegunRun => ({ run: '1-1', actor: 'octocat', startedAt: 1, from: 'blue', to: 'green', ...over });
const member = (address: string): Member => ({ address, parameters: [], key: address, down: false, backup: false, weight: 1, line: `server ${address}` });
const traffic = begun();
const canary = begun({ from: 'canary', to: 'stable' });
const data = begun({ from: 'a'.repeat(40), to: 'a'.repeat(40), backup: '/var/backups/app/1.sql.gz' });

describe('a run that was interrupted on a load balancer', () => {
  test.each([['blue-green', traffic], ['canary', canary], ['database', data]] as const)('is taken up by its own method, %s, alone', (method, unfinished) => {
    for (const by of ['blue-green', 'canary', 'database'] as const) {
      const refused = otherMethod([{ host: 'lb-1', members: [] }, { host: 'lb-2', unfinished, members: [member('unix:/run/rollback-action-app-1-1.sock')] }], by, 'app');
      expect(refused).toEqual(by === method ? [] : [expect.objectContaining({ code: 'locked', host: 'lb-2', fix: expect.stringContaining(`"method: ${method}"`) })]);
    }
  });

  test('keeps nobody away where it was a restore whose page is not shown', () => {
    expect(otherMethod([{ host: 'lb-1', unfinished: data, members: [member('app-1:8000')] }], 'blue-green', 'app')).toEqual([]);
  });
});

describe('what an undo goes back to', () => {
  const place = { environment: 'production', file: '/etc/nginx/conf.d/app.conf', upstream: 'app' };
  const balancer = { host: 'lb-1', unfinished: traffic, recorded: ['as that run found it'], seen: ['as it is now'] };

  test('is what the interrupted run had found, where that one is taken up', () => {
    expect(filesAsFound(place, [balancer], traffic)[0]?.answer).toEqual(['as that run found it']);
  });
  test('is what this run found, where it goes another way and puts away what the other one kept', () => {
    expect(filesAsFound(place, [balancer], begun({ run: '2-1', to: 'blue' }))[0]?.answer).toEqual(['as it is now']);
  });
});

test('a page that an earlier restore left is that restore\'s own: the only copy of the file without it is not put away', () => {
  const next = begun({ run: '2-1', backup: '/var/backups/app/2.sql.gz' });
  expect(runOn({ unfinished: data }, next)).toBe(data);
  expect(runOn({}, next)).toBe(next);
});
