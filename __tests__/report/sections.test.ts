import { describe, expect, test } from 'vitest';
import type { CheckResult, Report } from '../../src/outcome.ts';
import { failedRequests } from '../../src/report/sections/cost.ts';
import { changes, commits } from '../../src/report/sections/changes.ts';
import { checks } from '../../src/report/sections/checks.ts';
import { events } from '../../src/report/sections/events.ts';
import { hosts } from '../../src/report/sections/hosts.ts';
import { files } from '../../src/report/sections/raw.ts';
import { standing } from '../../src/report/standing.ts';
import { exampleOf, exampleReport, manyHosts, threeHosts, v2, v3 } from './example.ts';
import { exampleDrill } from './methods.ts';

function subjects(...all: readonly string[]): Report {
  return exampleReport({ commits: all.map((subject) => ({ sha: v3, subject, author: 'A', time: '2025-11-23T11:41:08Z' })), commitCount: all.length });
}

describe('pull requests', () => {
  test.each([
    ['Index careers by salary (#412)', '| Index careers by salary | [#412](https://github.com/green-matchers/app/pull/412) |'],
    ['Merge pull request #7 from octocat/salary', '| Merge pull request #7 from octocat/salary | [#7](https://github.com/green-matchers/app/pull/7) |'],
    ['Revert "Index careers (#412)" (#413)', '| Revert "Index careers (#412)" | [#413](https://github.com/green-matchers/app/pull/413) |'],
  ])('%s', (subject, row) => {
    expect(commits(subjects(subject, 'Something else'))).toContain(row);
  });

  test.each(['Mends #412', 'a (#4x)', '(#) '])('none in %s', (subject) => {
    expect(commits(subjects(subject))).not.toContain('Pull request');
  });

  test('a subject of five megabytes costs no time', () => {
    expect(commits(subjects(`x${' '.repeat(5_000_000)}(#1)`))).toContain('| x | [#1](');
  });
});

test('a release that stays is named once', () => {
  expect(changes(exampleOf('unchanged')).match(/a1b2c3d"?`/g)).toHaveLength(1);
});

describe('checks on many hosts', () => {
  const check = (host: string, message: string, verdict: CheckResult['verdict']): CheckResult => ({ kind: 'health', name: '/health', url: 'http://127.0.0.1/health', host, verdict, tries: 1, message });

  test('the same trouble is one row, with the first names', () => {
    const all = manyHosts(50).map((host) => check(host, 'answered 500', 'failed'));
    expect(checks(exampleReport({ checks: all })).split('\n').slice(2)).toEqual([
      '| health `/health` | 50 hosts: web-1, web-2, web-3, web-4, web-5 and 45 more | **failed** | 1 | answered 500 |',
    ]);
  });

  test('another trouble is another row', () => {
    const all = manyHosts(5).map((host, index) => check(host, index === 2 ? 'refused' : 'answered 500', 'failed'));
    expect(checks(exampleReport({ checks: all })).split('\n').slice(2)).toEqual([
      '| health `/health` | 4 hosts: web-1, web-2, web-4 and web-5 | **failed** | 1 | answered 500 |',
      '| health `/health` | `web-3` | **failed** | 1 | refused |',
    ]);
  });
});

test('a drill leaves hosts on the release on which they were found, whatever each result says', () => {
  for (const result of ['rolled-back', 'undone'] as const) {
    const drill = exampleDrill(threeHosts);
    const report = { ...drill, hosts: drill.hosts.map((host) => ({ ...host, result })) };
    expect(standing(report)).toBe('3 hosts went back to v2 and are on v3 again');
    expect(hosts(report)).toContain('| `web-1` | back, and forward again | v3 |');
  }
  expect(standing(exampleReport({ hosts: [{ host: 'a', result: 'rolled-back', from: v3, to: v2, seconds: 1, message: '' }] }))).toBe('1 host is on v2');
});

test('files, and how many more there are', () => {
  expect(files(exampleReport({ files: ['a.py', 'b\n::error::c'], filesChanged: 214 }))).toBe('```text\na.py\nb ::error::c\n… and 212 more files\n```');
  expect(files(exampleReport({ files: [] }))).toBe('');
});

test('an outage is told when it began, and when it ended if it did', () => {
  expect(events(exampleOf('rolled-back'))).toMatch(/12:00:45 UTC \| The health URL did not answer well, for 6\.3 s \|[^]*12:00:51 UTC \| The health URL answered well again/);
  expect(events(exampleOf('failed'))).toContain('The health URL did not answer well, up to the end of the run');
  expect(events(exampleOf('failed'))).not.toContain('again');
});

test('failed requests by host, the most first', () => {
  const access = [{ host: 'web-1', requests: 300, errors: 1, clients: 1 }, { host: 'web-2', requests: 1_800, errors: 11, clients: 2 }, { host: 'web-3', requests: 5, errors: 0, clients: 0 }];
  expect(failedRequests(exampleReport({ access })).split('\n').slice(2)).toEqual(['| `web-2` | 1,800 | 11 | 2 |', '| `web-1` | 300 | 1 | 1 |']);
  expect(failedRequests(exampleReport({ access: access.slice(0, 1) }))).toBe('');
});
