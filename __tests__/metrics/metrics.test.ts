import { describe, expect, test } from 'vitest';
import { metricsOf, neededSince } from '../../src/metrics/metrics.ts';
import { median } from '../../src/metrics/figures.ts';
import { monthsUntil } from '../../src/metrics/months.ts';
import { at, day, deployed, drills, history, now, rollback, sha, twelve, year } from './records.ts';

const good = 'rolled-back in 42.0 s; down 1.0 s (1.0 s caused); 0 rows lost';
const goals = (metrics: ReturnType<typeof metricsOf>) => Object.fromEntries(metrics.goals.map(({ name, met }) => [name, met]));

describe('twelve rollbacks in a year', () => {
  const metrics = metricsOf(year, now, 365 * day);

  test('their figures are those of the table', () => {
    expect(metrics.rollbacks).toEqual({
      count: 12, rolledBack: 9, failed: 1, notDone: 2, underWay: 1, successRate: 0.75,
      recovery: { median: 60, longest: 400, measured: 9 },
      downtime: { total: 101, longest: 59.9, caused: 70.5, measured: 10 },
      rowsLost: { total: 3, measured: 11 },
    });
    expect(metrics.perMonth).toBeCloseTo(12 / (365 / 30.4375), 10);
    expect([metrics.start, metrics.end, metrics.whole]).toEqual([at('2023-03-16T12:00:00Z'), now, true]);
  });

  test('drills are counted apart', () => {
    expect(metrics.drills).toMatchObject({ lastPassed: at('2024-02-09T12:00:01Z'), ageDays: 34, ever: true });
    expect(metrics.drills.figures).toMatchObject({ count: 3, rolledBack: 2, failed: 1, recovery: { median: 40, longest: 45, measured: 2 }, downtime: { total: undefined, measured: 0 }, rowsLost: { total: 0, measured: 3 } });
  });

  test('deployments: 8 of 24 had to be taken back, at the median in the mean of 650 and 660 seconds', () => {
    expect(metrics.changes).toEqual({ deployments: 24, failed: 8, failureRate: 8 / 24, recoverySeconds: 655, unmatched: 1 });
  });

  test('each against its target', () => {
    expect(goals(metrics)).toEqual({
      rollbacks: 'no', 'success-rate': 'no', recovery: 'yes', downtime: 'yes', 'data-loss': 'no',
      'drill-success-rate': 'no', 'drill-recovery': 'yes', 'drill-downtime': 'unknown', 'drill-data-loss': 'yes', 'drill-age': 'yes',
    });
  });

  test('month by month, in UTC, with months of none', () => {
    expect(metrics.months.map(({ month, rollbacks, drills: drilled }) => [month, rollbacks.count, drilled.count])).toEqual([
      ['2023-04', 2, 0], ['2023-05', 0, 0], ['2023-06', 1, 0], ['2023-07', 2, 0], ['2023-08', 0, 0], ['2023-09', 1, 0],
      ['2023-10', 1, 0], ['2023-11', 0, 0], ['2023-12', 1, 0], ['2024-01', 1, 1], ['2024-02', 1, 1], ['2024-03', 1, 1],
    ]);
  });

  test('the period alone is counted, the trend and the last drill are not', () => {
    const month = metricsOf(year, now, 30 * day);
    expect(month.rollbacks.count).toBe(2);
    expect(month.drills.figures).toMatchObject({ count: 1, rolledBack: 0 });
    expect(month.drills.ageDays).toBe(34);
    expect(month.months).toEqual(metrics.months);
  });
});

describe('none', () => {
  const metrics = metricsOf(history(), now, 30 * day);

  test('is none, and nothing is made up', () => {
    expect(metrics.rollbacks).toMatchObject({ count: 0, successRate: undefined, recovery: { median: undefined }, downtime: { total: 0, longest: undefined }, rowsLost: { total: 0 } });
    expect(metrics.changes).toEqual({ deployments: 0, failed: 0, failureRate: undefined, recoverySeconds: undefined, unmatched: 0 });
    expect(metrics.drills).toMatchObject({ ageDays: undefined, lastPassed: undefined, ever: false });
    expect(metrics.months.map(({ rollbacks }) => rollbacks.count)).toEqual(Array.from({ length: 12 }, () => 0));
  });

  test('misses no target', () => {
    expect(goals(metrics)).toEqual({ rollbacks: 'yes', 'success-rate': 'unknown', recovery: 'unknown', downtime: 'unknown', 'data-loss': 'unknown', 'drill-age': 'unknown' });
  });
});

test('a thousand: every sum is exact', () => {
  const thousand = Array.from({ length: 1000 }, (_none, index) => rollback(new Date(now - (index + 1) * 60_000).toISOString(), index, { state: 'success', words: `rolled-back in ${index + 1}.0 s; down 0.1 s (0.1 s caused); 1 row lost` }));
  const { rollbacks, list } = metricsOf(history(...thousand), now, 30 * day);
  expect(rollbacks).toMatchObject({ count: 1000, successRate: 1, recovery: { median: 500.5, longest: 1000 }, downtime: { total: 100, longest: 0.1 }, rowsLost: { total: 1000 } });
  expect(list).toHaveLength(1000);
});

describe('what a record says', () => {
  const only = (record: ReturnType<typeof rollback>) => metricsOf(history(record), now, 30 * day);

  test.each([
    ['a deployment that GitHub made inactive later', { state: 'success', words: good }, 'rolled-back'],
    ['inactive without a word', { state: 'inactive' }, 'unsuccessful'],
    ['inactive because another run took it up', { state: 'inactive', words: 'The run died, and was taken up by another' }, 'unsuccessful'],
    ['cancelled and left where it was', { state: 'failure', words: 'cancelled (cancelled) in 3.0 s' }, 'cancelled'],
    ['error', { state: 'error' }, 'failed'],
    ['in progress', { state: 'other' }, 'under-way'],
  ] as const)('%s', (_what, ending, result) => {
    expect(only(rollback('2024-03-10T00:00:00Z', 1, ending)).list[0]?.result).toBe(result);
  });

  test.each([
    ['words of another tool', 'Deployed!'], ['a description that was cut', good.slice(0, 30)], ['a hostile one', `${'rolled-back in 1.0 s; '.repeat(6)}down -1.0 s`],
  ])('%s: measures nothing', (_what, words) => {
    const { rollbacks } = only(rollback('2024-03-10T00:00:00Z', 1, { state: 'success', words }));
    expect(rollbacks).toMatchObject({ count: 1, recovery: { median: 60 }, downtime: { total: undefined, longest: undefined }, rowsLost: { total: undefined } });
  });

  test.each(['', 'null', '"text"', '[]', '{"from":1,"to":{}}', '{'])('a payload of %s: it is counted all the same', (payload) => {
    const metrics = only({ ...rollback('2024-03-10T00:00:00Z', 1, { state: 'success', words: good }), payload });
    expect(metrics.rollbacks.count).toBe(1);
    expect(metrics.list[0]).toMatchObject({ from: '', to: '', reason: '', actor: 'github-actions', drill: false, recovery: 60 });
  });

  test('a payload that was passed as a text', () => {
    const record = rollback('2024-03-10T00:00:00Z', 1, { state: 'success', words: good });
    expect(only({ ...record, payload: JSON.stringify(record.payload) }).list[0]?.from).toBe(sha(1));
  });

  test('clocks that contradict each other measure nothing', () => {
    const { rollbacks } = only(rollback('2024-03-10T00:00:00Z', 1, { state: 'success' }, { startedAt: '2024-03-10T01:00:00Z' }));
    expect(rollbacks.recovery).toEqual({ median: undefined, longest: undefined, measured: 0 });
  });

  test('the stopwatch of the run is believed before the times of its record', () => {
    const { rollbacks } = only(rollback('2024-03-10T00:00:00Z', 1, { state: 'success', words: 'rolled-back in 42.0 s, 95.0 s after detection', after: 300 }, { detectedAt: '2024-03-09T23:59:00Z' }));
    expect(rollbacks.recovery.median).toBe(95);
  });

  test('what is missing of some is left out, and told', () => {
    const { rollbacks } = metricsOf(history(
      rollback('2024-03-10T00:00:00Z', 1, { state: 'success', words: 'rolled-back in 10.0 s' }),
      rollback('2024-03-11T00:00:00Z', 2, { state: 'success', words: 'rolled-back in 30.0 s; down 8.0 s (2.0 s caused)' }),
    ), now, 30 * day);
    expect(rollbacks).toMatchObject({ recovery: { median: 20, measured: 2 }, downtime: { total: 8, longest: 8, caused: 2, measured: 1 }, rowsLost: { total: undefined, measured: 0 } });
  });
});

describe('drills', () => {
  test.each([
    ['35 days and 23 hours ago', '2024-02-08T13:00:00Z', 35, 'yes'], ['36 days ago', '2024-02-08T12:00:00Z', 36, 'no'], ['in the future, by another clock', '2024-03-15T12:00:05Z', 0, 'yes'],
  ])('the last that passed, %s', (_what, time, ageDays, met) => {
    const metrics = metricsOf(history(rollback(time, 1, { state: 'success', words: good }, { drill: true })), now, 30 * day);
    expect(metrics.drills.ageDays).toBe(ageDays);
    expect(goals(metrics)['drill-age']).toBe(met);
  });

  test('none has passed', () => {
    const metrics = metricsOf(history(...drills.slice(2)), now, 30 * day);
    expect([metrics.drills.ageDays, goals(metrics)['drill-age']]).toEqual([undefined, 'no']);
  });

  test('take back nothing that is bad', () => {
    const metrics = metricsOf(history(deployed('2024-03-10T00:00:00Z', 1), rollback('2024-03-11T00:00:00Z', 1, { state: 'success', words: good }, { drill: true })), now, 30 * day);
    expect(metrics.changes).toMatchObject({ deployments: 1, failed: 0, failureRate: 0 });
  });
});

describe('deployments', () => {
  test('of a release that was deployed twice the one before the rollback failed', () => {
    const { changes } = metricsOf(history(
      deployed('2024-03-01T00:00:00Z', 1), deployed('2024-03-10T00:00:00Z', 1), rollback('2024-03-10T00:10:00Z', 1, { state: 'success', words: good }), deployed('2024-03-12T00:00:00Z', 1),
    ), now, 30 * day);
    expect(changes).toEqual({ deployments: 3, failed: 1, failureRate: 1 / 3, recoverySeconds: 642, unmatched: 0 });
  });

  test('recovery counts from the detection where it is known, even where the deployment is on record', () => {
    const { changes } = metricsOf(history(
      deployed('2024-03-10T00:00:00Z', 1), rollback('2024-03-10T00:10:00Z', 1, { state: 'success', words: good }, { detectedAt: '2024-03-10T00:09:00Z' }),
    ), now, 30 * day);
    expect(changes.recoverySeconds).toBe(102);
  });

  test('a restore of data takes no release back', () => {
    const { changes } = metricsOf(history(deployed('2024-03-10T00:00:00Z', 1), rollback('2024-03-11T00:00:00Z', 1, { state: 'success', words: good }, { to: sha(1) })), now, 30 * day);
    expect(changes).toMatchObject({ deployments: 1, failed: 0, unmatched: 0 });
  });
});

describe('records that were not all read', () => {
  test('the period begins where they begin', () => {
    const metrics = metricsOf({ ...year, since: at('2024-02-29T00:00:00Z') }, now, 365 * day);
    expect([metrics.start, metrics.whole]).toEqual([at('2024-02-29T00:00:00Z'), false]);
    expect(metrics.rollbacks.count).toBe(2);
  });

  test('a month of which a part is missing is no month of few rollbacks', () => {
    expect(metricsOf({ ...year, since: at('2024-01-01T00:00:01Z') }, now, 30 * day).months.map(({ month }) => month)).toEqual(['2024-02', '2024-03']);
  });

  test.each([
    ['a month', '2024-03-15T12:00:00Z', 30, '2023-04-01T00:00:00Z'], ['a year and a day', '2024-03-15T12:00:00Z', 366, '2023-03-15T12:00:00Z'], ['the last moment of a leap day', '2024-02-29T23:59:59Z', 30, '2023-03-01T00:00:00Z'],
  ])('%s needs them from then on', (_what, end, days, since) => {
    expect(new Date(neededSince(at(end), days * day)).toISOString()).toBe(new Date(since).toISOString());
  });
});

test('months are counted as months', () => {
  expect(monthsUntil(at('2024-03-31T23:59:59Z'), 3)).toEqual(['2024-01', '2024-02', '2024-03']);
  expect(monthsUntil(at('2024-01-01T00:00:00Z'), 2)).toEqual(['2023-12', '2024-01']);
});

test('the median', () => {
  expect([median([]), median([3]), median([3, 1]), median([9, 1, 5])]).toEqual([undefined, 3, 2, 5]);
});

test('the table has twelve', () => {
  expect(twelve.filter(({ task }) => task === 'rollback')).toHaveLength(12);
});
