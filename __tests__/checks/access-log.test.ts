import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accessIn, countAccess } from '../../src/checks/access-log.ts';
import { positions, positionsIn } from '../../src/checks/logs.ts';
import { askHere } from './host-script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (client: string, status: number | string, request = 'GET /api/jobs HTTP/1.1'): string =>
  `${client} - - [23/Nov/2025:12:00:00 +0000] "${request}" ${status} 162 "-" "curl/8.5"\n`;

const awks = ['mawk', 'gawk', 'busybox'].filter((awk) => spawnSync(awk, awk === 'busybox' ? ['true'] : ['BEGIN { }'], { stdio: 'ignore' }).status === 0);

describe.each(awks)('with %s', (awk) => {
  function counted(...added: string[]) {
    mkdirSync(join(folder, 'bin'));
    symlinkSync(spawnSync('sh', ['-c', `command -v ${awk}`], { encoding: 'utf8' }).stdout.trim(), join(folder, 'bin/awk'));
    const file = join(folder, 'access.log');
    writeFileSync(file, line('9.9.9.9', 500));
    const before = positionsIn([file], askHere(positions([file]))).get(file);
    appendFileSync(file, added.join(''));
    return accessIn(askHere(countAccess(file, before ?? { state: 'unknown' }), { path: `${join(folder, 'bin')}:${process.env['PATH']}` }));
  }

  test('answers with a 5xx and the clients that got one are counted, since the position', () => {
    expect(counted(
      line('1.1.1.1', 200), line('1.1.1.1', 502), line('1.1.1.1', 503), line('2001:db8::1', 500), line('3.3.3.3', 404), line('4.4.4.4', 499),
    )).toEqual({ requests: 6, errors: 3, clients: 2 });
  });

  test('nothing was added', () => expect(counted()).toEqual({ requests: 0, errors: 0, clients: 0 }));

  test('odd requests: forged statuses, empty ones, bytes, other formats', () => {
    expect(counted(
      line('1.1.1.1', 200, 'GET /a\\x22 500 1 HTTP/1.1'), line('1.1.1.1', 200, 'GET /a\\" 500 1 HTTP/1.1'), line('1.1.1.1', 200, 'GET /500 HTTP/1.1'),
      line('2.2.2.2', 504, ''), line('2.2.2.2', 500, '-'), line('2.2.2.2', 502, '\\x16\\x03\\x01\u00ff'), `${'x'.repeat(100_000)}\n`, '\n',
      '3.3.3.3 - anna smith [23/Nov/2025:12:00:00 +0000] "GET / HTTP/1.1" 500 -\n', '{"status":500}\n',
    )).toEqual({ requests: 10, errors: 4, clients: 2 });
  });
});

test('a log that is not there counts nothing', () => {
  const file = join(folder, 'none.log');
  const before = positionsIn([file], askHere(positions([file]))).get(file);
  expect(accessIn(askHere(countAccess(file, before ?? { state: 'unknown' })))).toBeUndefined();
});
