import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../src/errors.ts';
import { execute, followUp, key, undo, type Executor } from '../src/execute.ts';
import type { Span } from '../src/outcome.ts';
import type { Plan, Stage, Step } from '../src/plan.ts';
import { FakeClock } from './fakes/clock.ts';
import { FakeHost, type Act } from './fakes/host.ts';

const step = (host: string, id: string, rest: Partial<Step> = {}): Step => ({
  id, host, title: `Do ${id}`, script: `do ${id}`, limit: 60_000, failure: { code: 'step-failed', fix: 'Look.' }, undo: { title: `Undo ${id}`, script: `undo ${id}`, limit: 60_000 }, ...rest,
});
const stage = (name: string, steps: readonly Step[], rest: Partial<Stage> = {}): Stage => ({ name, touches: true, steps, prove: [], ...rest });

function setUp(acts: Readonly<Record<string, Act>>, refuse: (hosts: readonly string[]) => readonly Failure[] = () => []) {
  const clock = new FakeClock();
  const hosts = new Map(Object.entries(acts).map(([name, act]) => [name, new FakeHost(name, act)]));
  const spans: Span[] = [];
  const told: string[] = [];
  let touches = 0;
  const executor: Executor = {
    hosts, clock, parallel: 32, onTouch: () => void touches++, record: (span) => spans.push(span), prove: async (names) => refuse(names),
    log: { info: (line) => told.push(line), warning: () => undefined, error: () => undefined, group: (title) => told.push(title) },
  };
  return { executor, hosts, spans, told, clock, touches: () => touches, ran: (name: string) => hosts.get(name)?.ran ?? [] };
}

const good: Act = () => ({});
const failing = (id: string): Act => (job) => (job.id === id ? { code: 3, output: 'trying\nit broke\n' } : {});

describe('carrying out', () => {
  it('goes stage by stage, on each host in order', async () => {
    const { executor, ran, touches } = setUp({ a: good, b: good });
    const plan: Plan = { stages: [stage('Prepare', [step('a', 'fetch')], { touches: false }), stage('Switch', [step('a', 'one'), step('b', 'one'), step('a', 'two')])] };
    const done = await execute(plan, 300_000, executor);
    expect(done).toMatchObject({ failures: [], touched: true });
    expect([ran('a'), ran('b'), touches()]).toEqual([['fetch', 'one', 'two'], ['one'], 1]);
  });

  it('starts nothing more after a failure, and says what, where, why and what now', async () => {
    const { executor, ran, spans } = setUp({ a: failing('one'), b: good });
    const done = await execute({ stages: [stage('Switch', [step('a', 'one'), step('a', 'two')]), stage('Rest', [step('b', 'one')])] }, 300_000, executor);
    expect(done.failures).toEqual([{ host: 'a', step: 'one', code: 'step-failed', what: '“Do one” failed with exit status 3', why: 'it broke', fix: 'Look.' }]);
    expect([ran('a'), ran('b'), [...done.begun]]).toEqual([['one'], [], ['a one']]);
    expect(spans.map(({ result }) => result)).toEqual(['failed']);
  });

  it('is not said to have touched anything when it failed before', async () => {
    const { executor, touches } = setUp({ a: failing('dump') });
    const done = await execute({ stages: [stage('Back up', [step('a', 'dump')], { touches: false }), stage('Switch', [step('a', 'one')])] }, 300_000, executor);
    expect([done.touched, done.failures.length, touches()]).toEqual([false, 1, 0]);
  });

  it('goes no further when the hosts of a stage are not proved', async () => {
    const refusal: Failure = { code: 'wrong-release', host: 'a', what: 'another release answers', fix: 'Look.' };
    const { executor, ran } = setUp({ a: good, b: good }, (names) => (names.includes('a') ? [refusal] : []));
    const done = await execute({ stages: [stage('First', [step('a', 'one')], { prove: ['a'] }), stage('Rest', [step('b', 'one')])] }, 300_000, executor);
    expect([done.failures, ran('b')]).toEqual([[refusal], []]);
  });

  it('begins no step after the time limit; what copies data does not count', async () => {
    const { executor, clock, ran } = setUp({ a: async () => (await clock.sleep(200_000), {}) });
    const plan: Plan = { stages: [stage('Back up', [step('a', 'dump')], { touches: false, untimed: true }), stage('Switch', [step('a', 'one'), step('a', 'two'), step('a', 'three')])] };
    const done = await execute(plan, 300_000, executor);
    expect(done.failures.map(({ code, step: id }) => [code, id])).toEqual([['timeout', 'three']]);
    expect(ran('a')).toEqual(['dump', 'one', 'two']);
  });

  it('says every ten seconds that a long step is at work', async () => {
    const { executor, clock, told } = setUp({ a: async () => (await clock.sleep(35_000), {}) });
    await execute({ stages: [stage('Switch', [step('a', 'one')])] }, 300_000, executor);
    expect(told).toEqual(['a: Do one', 'a: Do one: 10 s, at most 60 s', 'a: Do one: 20 s, at most 60 s', 'a: Do one: 30 s, at most 60 s']);
  });

  it.each<readonly [string, Act, Partial<Failure>]>([
    ['too long', () => ({ kind: 'timeout', facts: new Map(), output: 'still at it' }), { code: 'timeout', why: 'still at it' }],
    ['the lock was taken over', () => ({ kind: 'fenced', owner: 'octocat' }), { code: 'locked', why: 'octocat' }],
    ['the host went away', () => ({ kind: 'lost', why: 'reset' }), { code: 'host-lost', why: 'reset' }],
    ['the connection threw', () => Promise.reject(new Error('no way')), { code: 'host-lost', why: 'no way' }],
  ])('fails when %s', async (_, act, failure) => {
    const { executor } = setUp({ a: act });
    const done = await execute({ stages: [stage('Switch', [step('a', 'one')])] }, 300_000, executor);
    expect(done.failures).toMatchObject([failure]);
  });
});

describe('taking back', () => {
  it('undoes what was begun, and nothing else, in reverse', async () => {
    await fc.assert(fc.asyncProperty(fc.nat({ max: 8 }), async (failsAt) => {
      const ids = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7'];
      const { executor, ran } = setUp({ a: failing(`s${failsAt}`) });
      const plan: Plan = { stages: [stage('One', ids.slice(0, 3).map((id) => step('a', id))), stage('Two', ids.slice(3).map((id) => step('a', id)))] };
      const done = await execute(plan, 300_000, executor);
      expect((await undo(plan, done.begun, 300_000, executor)).failures).toEqual([]);
      const begun = ids.slice(0, failsAt + 1);
      expect(ran('a')).toEqual([...begun, ...begun.toReversed().map((id) => `undo-${id}`)]);
    }));
  });

  it('goes on with the others when one cannot be undone, and tells all', async () => {
    const { executor, ran } = setUp({ a: failing('undo-two') });
    const plan: Plan = { stages: [stage('One', [step('a', 'one'), step('a', 'two')])] };
    const { begun } = await execute(plan, 300_000, executor);
    expect((await undo(plan, begun, 300_000, executor)).failures).toMatchObject([{ code: 'undo-failed', host: 'a', why: 'it broke' }]);
    expect(ran('a')).toEqual(['one', 'two', 'undo-two', 'undo-one']);
  });

  it('has its own time limit', async () => {
    const { executor, clock } = setUp({ a: async () => (await clock.sleep(200_000), {}) });
    const plan: Plan = { stages: [stage('One', [step('a', 'one'), step('a', 'two'), step('a', 'three')])] };
    const begun = new Set(['one', 'two', 'three'].map((id) => key({ host: 'a', id })));
    expect((await undo(plan, begun, 300_000, executor)).failures.map(({ code, step: id }) => [code, id])).toEqual([['undo-failed', 'undo-one']]);
  });
});

it('follows up what an earlier process began, without doing it again', async () => {
  const { executor, ran } = setUp({ a: good });
  const plan: Plan = { stages: [stage('One', [step('a', 'one'), step('a', 'two')])] };
  await execute({ stages: [stage('One', [step('a', 'one')])] }, 300_000, executor);
  expect([...(await followUp(plan, new Set(['a one']), executor)).keys()]).toEqual(['a one']);
  expect(ran('a')).toEqual(['one']);
});
