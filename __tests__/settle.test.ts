import { beforeEach, describe, expect, test } from 'vitest';
import type { Failure } from '../src/errors.ts';
import { execute } from '../src/execute.ts';
import type { Assessed } from '../src/methods/method.ts';
import type { Plan, Step } from '../src/plan.ts';
import type { Facts } from '../src/ports.ts';
import { startRecording } from '../src/recording.ts';
import { settle } from '../src/settle.ts';
import { getUnderway, type Before } from '../src/underway.ts';
import { fakeProduction, hostNames, run, v2, v3 } from './fakes/production.ts';

type Options = Parameters<typeof fakeProduction>[0];

/** A run that has carried its whole plan out, to be settled. */
async function carriedOut(options: Options = {}, before: Partial<Before> = {}) {
  const production = fakeProduction(options);
  const { inputs, method, assessed, world } = production;
  const locked = await (await world.connect(inputs, run)).lock();
  const recording = startRecording(run);
  const underway = getUnderway({ inputs, method, assessed, recording, before: { health: {}, logs: {}, access: {}, ...before }, locked, world, onTouch: () => undefined });
  const executed = await execute(assessed.plan, 300_000, underway.executor);
  production.done.length = 0;
  return { production, recording, underway, executed };
}

const broke: Failure = { code: 'smoke-test-failed', what: 'it does not work', fix: 'Look.' };
const facts = (entries: Readonly<Record<string, readonly string[]>>): Facts => new Map(Object.entries(entries));

describe('what becomes of a run', () => {
  const cases: readonly (readonly [string, { failed?: true; untouched?: true; policy?: 'stop'; cancelled?: true }, string, string, readonly [string, string]])[] = [
    ['done and proved', {}, 'rolled-back', 'drop', [v2, 'rolled-back']],
    ['failed before it touched anything', { failed: true, untouched: true }, 'refused', 'drop', [v2, 'untouched']],
    ['cancelled before it touched anything', { cancelled: true, untouched: true }, 'cancelled', 'drop', [v2, 'untouched']],
    ['failed', { failed: true }, 'undone', 'drop', [v3, 'undone']],
    ['failed, with on-failure stop', { failed: true, policy: 'stop' }, 'failed', 'leave', [v2, 'rolled-back']],
    ['cancelled', { cancelled: true }, 'cancelled', 'drop', [v3, 'undone']],
    ['cancelled, with on-cancel stop', { cancelled: true, policy: 'stop' }, 'cancelled', 'leave', [v2, 'rolled-back']],
  ];
  test.each(cases)('%s', async (_, { failed, untouched, policy, cancelled = false }, result, material, [release, onHost]) => {
    const { production, recording, underway, executed } = await carriedOut();
    const begun = untouched ? new Set(['web-1 dump']) : executed.begun;
    const settled = await settle(underway, { ...executed, begun, touched: !untouched, failures: failed ? [broke] : [] }, policy ?? 'undo', cancelled);
    expect(settled).toEqual({ result, material, failures: failed ? [broke] : [] });
    expect([production.releases.get('web-1'), recording.hosts[0]?.result]).toEqual([release, onHost]);
    expect(production.done.filter((done) => done.includes('close'))).toEqual(hostNames.map((host) => `${host} close ${result} ${material}`));
  });

  test.each([
    ['rolled back', {}, ['note', 'rolled back']],
    ['taken back', { failed: true }, ['note', 'put back']],
    ['left for a person', { failed: true, policy: 'stop' }, ['note']],
  ] as const)('%s, steps tell of the old and the new data what is true then', async (_, over, told) => {
    const { recording, underway, executed } = await carriedOut();
    const { failed, policy }: { failed?: true; policy?: 'stop' } = over;
    const said = new Map([['web-1 dump', facts({ note: ['note'], 'note-rolled-back': ['rolled back'], 'note-put-back': ['put back'] })]]);
    await settle(underway, { ...executed, facts: said, failures: failed ? [broke] : [] }, policy ?? 'undo', false);
    expect(recording.notes).toEqual(told.map((note) => `web-1: ${note}`));
  });

  test('how it ends is kept where `post` finds it, before anything is put away', async () => {
    const { production, underway, executed } = await carriedOut({ act: (_, { id }) => (id === 'close' ? { code: production.checkpoints.length === 1 ? 0 : 1 } : undefined) });
    await settle(underway, executed, 'undo', false);
    expect(production.checkpoints).toMatchObject([{ token: 'token', settled: { result: 'rolled-back', material: 'drop' } }]);
    expect(underway.recording.notes).toEqual([]);
  });

  test('what another run has taken over is left to it', async () => {
    const { production, underway, executed } = await carriedOut();
    const settled = await settle(underway, { ...executed, failures: [{ ...broke, code: 'locked' }] }, 'undo', false);
    expect([settled.result, settled.material, production.releases.get('web-1')]).toEqual(['failed', 'leave', v2]);
  });

  test('what an earlier run kept for its undo outlives a run that takes it up and touches nothing', async () => {
    const { production, underway, executed } = await carriedOut({ assessed: { run: 'earlier' } });
    for (const cancelled of [false, true]) {
      const settled = await settle(underway, { ...executed, begun: new Set(['web-1 dump']), touched: false, failures: [broke] }, 'undo', cancelled);
      expect([settled.result, settled.material]).toEqual([cancelled ? 'cancelled' : 'refused', 'leave']);
    }
    expect(production.done).toEqual(hostNames.map((host) => `${host} close refused leave`));
  });

  test('what an earlier run had begun is taken back too by the run that takes it up', async () => {
    const { production, underway, executed } = await carriedOut({ assessed: { run: 'earlier' } });
    await settle(underway, { ...executed, begun: new Set(['web-1 checkout']), failures: [broke] }, 'undo', false);
    expect([...production.releases.values()]).toEqual([v3, v3]);
  });

  test('a host that lets nobody in any more while things are put away changes nothing in the result', async () => {
    const { production, underway, executed, recording } = await carriedOut({ act: (host, { id }) => { if (host === 'web-2' && id === 'close') throw new Error('not let in'); return undefined; } });
    expect(await settle(underway, executed, 'undo', false)).toMatchObject({ result: 'rolled-back' });
    expect(recording.notes).toContain('web-2: what was kept for an undo could not be put away: not let in');
    expect(production.checkpoints.at(-1)).toMatchObject({ settled: { result: 'rolled-back' } });
  });

  test('where nothing was begun, nothing is put away', async () => {
    const { production, underway, executed } = await carriedOut();
    await settle(underway, { ...executed, begun: new Set(), touched: false, failures: [broke] }, 'undo', false);
    expect(production.done).toEqual([]);
  });
});

describe('an undo is not complete', () => {
  const settleFailed = async (options: Options, before?: Partial<Before>) => {
    const { underway, executed, recording } = await carriedOut(options, before);
    return { settled: await settle(underway, { ...executed, failures: [broke] }, 'undo', false), recording };
  };

  test('when a step of it fails', async () => {
    const { settled, recording } = await settleFailed({ act: (host, { id }) => (host === 'web-2' && id === 'undo-checkout' ? { code: 1, output: 'no' } : undefined) });
    expect(settled).toMatchObject({ result: 'failed', material: 'keep', failures: [broke, { code: 'undo-failed', host: 'web-2', why: 'no' }, { code: 'undo-failed', host: 'web-2', why: `was commit ${v3}; is commit ${v2}` }] });
    expect(recording.hosts.map(({ host, result, message }) => [host, result, message.length > 0])).toEqual([['web-1', 'undone', false], ['web-2', 'failed', true]]);
  });

  test('when its steps say that they worked, and production is not as it was found', async () => {
    const { settled } = await settleFailed({ act: (host, { id }) => (host === 'web-1' && id === 'undo-checkout' ? {} : undefined) });
    expect(settled).toMatchObject({ result: 'failed', material: 'keep', failures: [broke, { code: 'undo-failed', host: 'web-1', what: 'the checkout is not as it was found' }] });
  });

  test('when what answered well before does not now; what did not answer before need not', async () => {
    const [well, badly] = ['web-1 http://127.0.0.1:8000/health', 'web-2 http://127.0.0.1:8000/health'];
    const { settled, recording } = await settleFailed({}, { health: { [well]: 'passed', [badly]: 'failed' } });
    expect(settled).toMatchObject({ result: 'failed', material: 'keep', failures: [broke, { code: 'undo-failed', host: 'web-1' }] });
    expect(settled.failures).toHaveLength(2);
    expect(recording.health).toBe('unhealthy');
  });

  test('a host of which everything came back is not the one that needs a person', async () => {
    const { underway, executed, recording } = await carriedOut({ act: (host, { id }) => (host === 'web-2' && id === 'undo-checkout' ? { code: 1 } : undefined) });
    await settle(underway, { ...executed, failures: [{ ...broke, host: 'web-1' }] }, 'undo', false);
    expect(recording.hosts.map(({ host, result }) => [host, result])).toEqual([['web-1', 'undone'], ['web-2', 'failed']]);
  });
});

describe('what is told', () => {
  let fromHost: Record<string, Facts>;
  beforeEach(() => { fromHost = {}; });
  const reporting = (host: string, { id }: { id: string }) => (fromHost[`${host} ${id}`] === undefined ? undefined : { kind: 'finished', code: 0, output: '', facts: fromHost[`${host} ${id}`] ?? new Map() } as const);
  const countLoss: Step = { id: 'count-loss', title: 'Count', host: 'web-1', script: 'count', limit: 1000, failure: { code: 'step-failed', fix: 'Look.' } };
  const counting: Partial<Assessed> = { plan: { stages: [{ name: 'Database', touches: true, prove: [], steps: [{ ...countLoss, undo: { title: 'back', script: 'rows', limit: 1000 } }] }] } satisfies Plan };

  test('backups, saved changes, notes', async () => {
    fromHost = {
      'web-1 dump': facts({ backup: ['database'], location: ['/var/backups/x.sql.gz'], bytes: ['123'], sha256: ['ab'] }),
      'web-2 checkout': facts({ 'saved-ref': ['refs/x'], 'saved-patch': ['/x.patch'], note: ['slow disk'] }),
    };
    const { underway, executed, recording } = await carriedOut({ act: reporting });
    await settle(underway, executed, 'undo', false);
    expect(recording.backups).toEqual([{ kind: 'database', host: 'web-1', location: '/var/backups/x.sql.gz', bytes: 123, sha256: 'ab' }]);
    expect(recording.notes).toEqual(['web-2: local changes in the checkout are kept in refs/x and /x.patch.', 'web-2: slow disk']);
    expect(recording.lostRows, 'nothing was counted').toBeUndefined();
  });

  test.each<readonly [string, Record<string, readonly string[]>, unknown]>([
    ['rows that left live use', { counted: ['yes'], lost: ['3 jobs', '2 odd name', '0 users'] }, [{ table: 'jobs', rows: 3 }, { table: 'odd name', rows: 2 }]],
    ['none, when they were counted', { counted: ['yes'] }, []],
  ])('%s', async (_, reported, lost) => {
    fromHost = { 'web-1 count-loss': facts(reported) };
    const { underway, executed, recording } = await carriedOut({ act: reporting, assessed: counting });
    await settle(underway, executed, 'undo', false);
    expect(recording.lostRows).toEqual(lost);
  });

  test.each([['undo', []], ['stop', [{ table: 'jobs', rows: 3 }]]] as const)('rows are lost no more after %s', async (policy, lost) => {
    fromHost = { 'web-1 count-loss': facts({ counted: ['yes'], lost: ['3 jobs'] }) };
    const { underway, executed, recording } = await carriedOut({ act: reporting, assessed: counting });
    await settle(underway, { ...executed, failures: [broke] }, policy, false);
    expect(recording.lostRows).toEqual(lost);
  });

  test('logs of a run that failed, clients of every run; a host that does not answer leaves them out', async () => {
    const before = {
      logs: { 'web-1': [['/var/log/app.log', { state: 'at', inode: '1', size: '0' }]] },
      access: { 'web-1': [['/var/log/access.log', { state: 'at', inode: '2', size: '0' }]], 'web-3': [['/var/log/access.log', { state: 'at', inode: '2', size: '0' }]] },
    } as const;
    const answer = (_: string, script: string) => (script.includes('access_since access') ? facts({ access: ['100 7 3'] }) : facts({ 'log-0-state': ['at'], 'log-0-added': ['5'], 'log-0': ['boom'] }));
    for (const failures of [[], [broke]]) {
      const { underway, executed, recording } = await carriedOut({ answer }, before);
      await settle(underway, { ...executed, failures }, 'undo', false);
      expect(recording.access).toEqual([{ host: 'web-1', requests: 100, errors: 7, clients: 3 }]);
      expect(recording.logs).toEqual(failures.length === 0 ? [] : [{ host: 'web-1', file: '/var/log/app.log', text: 'boom' }]);
    }
  });

  test('what could not be put away, without another result', async () => {
    const { underway, executed, recording } = await carriedOut({ act: (host, { id }) => (id !== 'close' ? undefined : host === 'web-1' ? { code: 1, output: 'a\nread-only' } : { kind: 'lost', why: 'reset' }) });
    expect((await settle(underway, executed, 'undo', false)).result).toBe('rolled-back');
    expect(recording.notes).toEqual(['web-1: what was kept for an undo could not be put away: read-only', 'web-2: what was kept for an undo could not be put away: reset']);
  });

  test('rows that the application wrote meanwhile and that found no place', async () => {
    const { underway, executed, recording } = await carriedOut({ act: (host, { id }) => (id === 'close' && host === 'web-1' ? { kind: 'finished', code: 0, output: '', facts: facts({ left: ['kept_jobs'] }) } : undefined) });
    await settle(underway, executed, 'undo', false);
    expect(recording.notes).toEqual(['web-1: rows that the application wrote meanwhile, and that had no place any more, are kept in the table kept_jobs.']);
  });
});

describe('rows that differ after an undo', () => {
  /** Row counts of `jobs` and `users` as the database host tells them: as found, then at every later question. */
  const settled = async (moved: string, kept: readonly string[], written: readonly string[]) => {
    const found = ['rows 10 1 jobs', 'rows-counted 5 users'];
    const now = found.map((line) => (line.endsWith(` ${moved}`) ? line.replace(/ (\d+)/, ' 99') : line));
    const { underway, executed } = await carriedOut({
      assessed: { asFound: [{ host: 'web-1', what: 'the database', script: 'rows', answer: found, seen: found }] },
      answer: (_, script) => facts(script === 'rows' ? { 'as-found': now } : {}),
      act: (host, { id }) => (host !== 'web-1' ? undefined : id === 'checkout' ? { kind: 'finished', code: 0, output: '', facts: facts({ kept }) } : id === 'undo-checkout' ? { kind: 'finished', code: 0, output: '', facts: facts({ written }) } : undefined),
    });
    return (await settle(underway, { ...executed, failures: [broke] }, 'undo', false)).result;
  };
  test.each<readonly [string, string, string, readonly string[], readonly string[]]>([
    ['nothing differs', 'undone', 'nothing', ['10 jobs'], []],
    ['in a table that the migrations touched', 'failed', 'jobs', ['10 jobs'], []],
    ['in one that they touched, and the application wrote to since', 'undone', 'jobs', ['10 jobs'], ['1 jobs']],
    ['in one that they do not touch', 'undone', 'users', ['10 jobs'], []],
    ['where it is not known what they touch', 'failed', 'users', [], []],
  ])('%s: %s', async (_, result, moved, kept, written) => {
    expect(await settled(moved, kept, written)).toBe(result);
  });
});
