import { expect, test } from 'vitest';
import { RollbackError } from '../../../src/errors.ts';
import { askBalancers } from '../../../src/methods/traffic/balancers.ts';
import { otherRevision } from '../../../src/methods/traffic/revision.ts';
import type { Surroundings } from '../../../src/methods/method.ts';
import type { Answer, ReadableHost } from '../../../src/ports.ts';
import { read } from '../../inputs/good.ts';

const traffic = { method: 'blue-green', 'load-balancers': 'deploy@lb-1', 'nginx-config': '/etc/nginx/conf.d/app.conf', upstream: 'app', blue: 'blue:8000', green: 'green:8000' };

function around(name: string, answer: Omit<Answer, 'facts'>): Surroundings {
  const host: ReadableHost = {
    name,
    ask: async () => ({ facts: new Map([['user', ['deploy']]]), ...answer }),
    dial: async () => { throw new Error('nothing is dialled here'); },
  };
  return {
    hosts: new Map([[name, host]]), run: { id: '1-1', actor: 'octocat' }, signal: new AbortController().signal,
    clock: { now: () => 0, sleep: async () => undefined }, http: async () => ({ kind: 'unasked', why: 'nothing is asked here' }),
    rds: async () => undefined, random: () => 0, deployments: async () => undefined,
  };
}

test('a load balancer whose answer breaks off is not judged by what it had told until then', async () => {
  const asked = askBalancers(read({ ...traffic, hosts: '' }), around('lb-1', { code: 2, output: 'sh: gzip: Input/output error\n' }));
  const failures = await asked.then(() => [], (thrown: unknown) => (thrown instanceof RollbackError ? thrown.failures : []));
  expect(failures).toMatchObject([{ code: 'step-failed', host: 'lb-1', why: 'sh: gzip: Input/output error' }]);
});

test('a colour whose checkout is not there is not taken for one of another revision', async () => {
  const inputs = read({ ...traffic, hosts: 'deploy@blue', migrations: 'alembic', 'migrations-dir': 'apps/backend', 'env-file': '.env' });
  expect(await otherRevision(inputs, 'blue:8000', around('blue', { code: 128, output: 'fatal: not a git repository\n' }))).toMatchObject([{ code: 'invalid-input', host: 'blue', why: 'fatal: not a git repository' }]);
});
