/** Jobs on a real host over a line that is cut again and again: each takes effect once, and its result arrives. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireAll } from '../../../src/hosts/lock-all.ts';
import { Relay } from '../../fleet/relay.ts';
import { hostAt } from './opening.ts';
import { sshdAvailable, startSshd } from './sshd.ts';
import type { Sshd } from './sshd.ts';

const jobs = 60;

describe.skipIf(!(await sshdAvailable()))('over a line that is cut', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd(['MaxStartups 100']);
    await writeFile(join(sshd.home, '.bashrc'), "printf 'Welcome!\\n\\033[1mno newline at the end'\n");
  });
  afterAll(() => sshd[Symbol.asyncDispose]());

  test(`${jobs} jobs take effect exactly once`, async () => {
    const fence = { place: { folder: join(sshd.home, 'lock') }, token: 'ours' };
    await using direct = hostAt(sshd, fence);
    expect(await acquireAll([direct], () => fence, '{}')).toMatchObject({ kind: 'taken' });
    await using relay = await Relay.to('127.0.0.1', sshd.port);
    let cuts = 0;
    let done = false;
    const cutting = (async () => {
      const how = ['reset', 'end', 'silence'] as const;
      while (!done) {
        await pause(150 + Math.random() * 500);
        if (relay.open > 0) relay.cut(how[cuts++ % how.length] ?? 'reset');
      }
    })();
    const lanes = Array.from({ length: 4 }, (_, lane) => lane);
    const ends = await Promise.all(lanes.map(async (lane) => {
      await using host = hostAt(sshd, fence, relay.port);
      const own = [];
      for (let index = lane; index < jobs; index += lanes.length) {
        const script = `sleep 0.0${index % 10}; echo "$secret" >>"$HOME/effects"; fact did ${index}; say done ${index}`;
        const job = { id: `job-${index}`, script, secret: `s${index}`, limit: 10_000 };
        let end = await host.perform(job);
        // As the next run would: what was lost is asked for again.
        while (end.kind === 'lost') end = await host.perform(job);
        own.push({ index, end });
      }
      return own;
    }));
    done = true;
    await cutting;
    for (const { index, end } of ends.flat()) {
      expect(end).toEqual({ kind: 'finished', code: 0, facts: new Map([['did', [`${index}`]]]), output: `done ${index}` });
    }
    const effects = (await readFile(join(sshd.home, 'effects'), 'utf8')).trim().split('\n');
    expect(effects.toSorted()).toEqual(Array.from({ length: jobs }, (_, index) => `s${index}`).toSorted());
    expect(cuts).toBeGreaterThan(0);
    expect(await direct.journal()).toHaveLength(jobs);
    console.log(`${jobs} jobs, ${cuts} cuts, ${relay.connections} connections`);
  }, 60_000);
});
