import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minutesIn, periodIn, readMinutes, readPeriod, secondsIn, together, type AccessPeriod } from '../../src/checks/access-times.ts';
import { positions, positionsIn, type LogPosition } from '../../src/checks/logs.ts';
import { askHere } from './host-script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (status: number | string, end = '', request = 'GET /api/jobs HTTP/1.1', date = '23/Nov/2025:12:00:00 +0000', user = '-'): string =>
  `1.1.1.1 - ${user} [${date}] "${request}" ${status} 162 "-" "curl/8.5"${end}\n`;

const awks = ['mawk', 'gawk', 'busybox'].filter((awk) => spawnSync(awk, awk === 'busybox' ? ['true'] : ['BEGIN { }'], { stdio: 'ignore' }).status === 0);

describe.each(awks)('with %s', (awk) => {
  const file = (): string => join(folder, 'access.log');
  const ask = (script: string) => {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    rmSync(join(folder, 'bin/awk'), { force: true });
    symlinkSync(spawnSync('sh', ['-c', `command -v ${awk}`], { encoding: 'utf8' }).stdout.trim(), join(folder, 'bin/awk'));
    return askHere(script, { path: `${join(folder, 'bin')}:${process.env['PATH']}` });
  };
  const here = (): LogPosition => positionsIn([file()], askHere(positions([file()]))).get(file()) ?? { state: 'unknown' };
  function read(...added: string[]) {
    writeFileSync(file(), line(500, ' 9.999'));
    const before = here();
    appendFileSync(file(), added.join(''));
    return periodIn(ask(readPeriod(file(), before)));
  }

  test('requests, errors and times since the position, to two digits', () => {
    expect(read(line(200, ' 0.004'), line(502, ' 3.141'), line(200, ' 0.099'), line(404, ' 0.004'))?.period)
      .toEqual({ requests: 4, errors: 1, times: new Map([[4, 2], [3100, 1], [99, 1]]) });
  });

  test('where the format names the time', () => {
    expect(read(line(200, ' rt=0.250 urt=9.000'), line(200, ' urt=9.000 request_time=1.500 x=1'))?.period.times).toEqual(new Map([[250, 1], [1500, 1]]));
  });

  test('JSON', () => {
    expect(read(
      '{"time_iso8601":"2025-11-23T12:00:00+00:00","status":500,"request_time":0.020,"uri":"/"}\n', '{"status": "503","request_time":"1.200"}\n', '{"status":200,"request_time":0.020}\n',
    )?.period).toEqual({ requests: 3, errors: 2, times: new Map([[20, 2], [1200, 1]]) });
  });

  test('the combined format holds no times', () => {
    const told = read(line(200), line(500));
    expect(told?.period).toEqual({ requests: 2, errors: 1, times: new Map() });
    expect(told && secondsIn(told.period, 'average')).toBeUndefined();
  });

  test('a client cannot write times or statuses of its own', () => {
    expect(read(
      line(200, ' 0.010', 'GET /?rt=99.000 HTTP/1.1'), line(200, ' rt=0.010', 'GET / 99.000'), line(200, ' rt=0.010', undefined, undefined, 'rt=99.000'),
      line(200, '', 'GET /\\x22 500 1 rt=99.000 HTTP/1.1'), '{"uri":"/\\"request_time\\": 99.000, \\"status\\":500,","status":200,"request_time":0.010}\n',
    )?.period).toEqual({ requests: 5, errors: 0, times: new Map([[10, 4]]) });
  });

  test('nothing was added', () => expect(read()?.period).toEqual({ requests: 0, errors: 0, times: new Map() }));

  test('nothing is read twice or left out, whatever comes in between; a rotated log begins anew', () => {
    const first = read(line(200, ' 0.010'));
    appendFileSync(file(), line(500, ' 0.020'));
    const second = periodIn(ask(readPeriod(file(), first?.position ?? { state: 'unknown' })));
    expect(second?.period).toEqual({ requests: 1, errors: 1, times: new Map([[20, 1]]) });
    renameSync(file(), `${file()}.1`);
    writeFileSync(file(), line(200, ' 0.030') + line(200, ' 0.030'));
    expect(periodIn(ask(readPeriod(file(), second?.position ?? { state: 'unknown' })))?.period).toEqual({ requests: 2, errors: 0, times: new Map([[30, 2]]) });
  });

  test('by the minute, as the lines are dated', () => {
    writeFileSync(file(), [
      'no date here\n', line(200, ' 0.010', undefined, '23/Nov/2025:11:59:58 +0000'), line(500, ' 0.010', undefined, '23/Nov/2025:11:59:59 +0000'),
      line(200, ' 0.020', undefined, '23/Nov/2025:14:00:01 +0200'), '{"time_iso8601":"2025-11-23T12:01:00+00:00","status":500}\n',
    ].join(''));
    expect([...minutesIn(ask(readMinutes(file())))]).toEqual([
      [Date.parse('2025-11-23T11:59:00Z'), { requests: 2, errors: 1, times: new Map([[10, 2]]) }],
      [Date.parse('2025-11-23T12:00:00Z'), { requests: 1, errors: 0, times: new Map([[20, 1]]) }],
      [Date.parse('2025-11-23T12:01:00Z'), { requests: 1, errors: 1, times: new Map() }],
    ]);
  });

  test('a large log comes to a short answer', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => line(200, ` ${(index / 997).toFixed(3)}`)).join('');
    const period = read(many)?.period;
    expect(period?.requests).toBe(20_000);
    expect(period?.times.size).toBeLessThan(400);
    expect(secondsIn(period ?? { requests: 0, errors: 0, times: new Map() }, 'p50')).toBeCloseTo(10, 0);
  });
});

test('a log that is not there tells nothing', () => {
  expect(periodIn(askHere(readPeriod(join(folder, 'none.log'), { state: 'missing' })))).toBeUndefined();
  expect(minutesIn(askHere(readMinutes(join(folder, 'none.log'))))).toEqual(new Map());
});

test('hosts together, and what is compared of their times', () => {
  const one: AccessPeriod = { requests: 10, errors: 1, times: new Map([[10, 9], [1000, 1]]) };
  const other: AccessPeriod = { requests: 10, errors: 0, times: new Map([[10, 5], [20, 5]]) };
  const both = together([one, other]);
  expect(both).toEqual({ requests: 20, errors: 1, times: new Map([[10, 14], [1000, 1], [20, 5]]) });
  expect(secondsIn(both, 'average')).toBeCloseTo((14 * 0.01 + 1 + 5 * 0.02) / 20, 9);
  expect([secondsIn(both, 'p50'), secondsIn(both, 'p95'), secondsIn(both, 'p99')]).toEqual([0.01, 0.02, 1]);
});
