import { expect, test } from 'vitest';
import { annotations } from '../../src/report/annotations.ts';
import { outputs } from '../../src/report/outputs.ts';
import { exampleOf, exampleReport, manyHosts } from './example.ts';
import { withWords } from './hostile.ts';

const places = { incidentReport: 'incident-report.md', incidentUrl: '', deploymentId: '' };

test('the outputs of a rollback', () => {
  const { plan, hosts, 'health-results': health, 'smoke-tests': smoke, ...rest } = outputs(exampleOf('rolled-back'), places);
  expect(rest).toMatchInlineSnapshot(`
    {
      "backup": "[{"kind":"database","host":"web-1","location":"/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.sql.gz","bytes":48213904,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},{"kind":"app","host":"web-1","location":"/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.tar.gz","bytes":3118442,"sha256":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}]",
      "data-loss-rows": "0",
      "deployment-id": "",
      "downtime-caused-seconds": "6.3",
      "downtime-seconds": "6.3",
      "duration-seconds": "38.0",
      "forward-seconds": "",
      "from": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
      "health": "healthy",
      "incident-report": "incident-report.md",
      "incident-url": "",
      "reason-code": "",
      "recovery-seconds": "",
      "result": "rolled-back",
      "smoke-failed": "0",
      "smoke-passed": "3",
      "to": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
    }
  `);
  expect(JSON.parse(hosts ?? '')[0]).toMatchInlineSnapshot(`
    {
      "from": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
      "host": "web-1",
      "message": "answers as v2",
      "result": "rolled-back",
      "seconds": 9.4,
      "to": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
    }
  `);
  expect(JSON.parse(health ?? '')[1]).toMatchInlineSnapshot(`
    {
      "host": "web-1",
      "message": "answered 200 as v2, three times in a row",
      "milliseconds": 4,
      "name": "/health",
      "passed": true,
      "status": 200,
      "tries": 4,
      "url": "http://127.0.0.1:8000/health",
    }
  `);
  expect(JSON.parse(smoke ?? '')).toHaveLength(3);
  expect(JSON.parse(plan ?? '').stages[3].steps[0]).toMatchInlineSnapshot(`
    {
      "host": "web-1",
      "id": "checkout",
      "title": "check out v2 (a1b2c3d)",
      "undo": "check out v3 (c3d4e5f) again",
    }
  `);
});

test('what was not measured is empty, and what could not be asked is null', () => {
  const { downtime: _downtime, lostRows: _lostRows, from: _from, to: _to, ...report } = exampleOf('failed');
  const given = outputs(report, places);
  expect([given['downtime-seconds'], given['downtime-caused-seconds'], given['data-loss-rows'], given['recovery-seconds'], given['from'], given['to']]).toEqual(['', '', '', '', '', '']);
  expect(JSON.parse(given['smoke-tests'] ?? '')[0].passed).toBeNull();
  expect([given['smoke-passed'], given['smoke-failed']]).toEqual(['0', '0']);
});

test('recovery counts from the detection', () => {
  expect(outputs(exampleOf('undone'), places)['recovery-seconds']).toBe('241.0');
});

test('all outputs together stay below 1 MiB of UTF-16, and are still JSON', () => {
  const words = 'a "long" message\n'.repeat(300);
  const given = outputs(withWords(exampleOf('undone', manyHosts(400)), () => words), places);
  const characters = Object.entries(given).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  expect(characters * 2).toBeLessThan(1_048_576);
  for (const name of ['health-results', 'smoke-tests', 'hosts', 'backup', 'plan']) expect(() => JSON.parse(given[name] ?? '')).not.toThrow();
  expect(JSON.parse(given['health-results'] ?? '')[0].passed).toBe(false);
});

test('annotations of a failed rollback', () => {
  expect(annotations(exampleOf('undone'))).toMatchInlineSnapshot(`
    [
      {
        "level": "error",
        "message": "web-3: the release that was found went on answering: X-Version: v3 (asked 61 times in 60 s). Look for a second process of the old release on web-3: ss -ltnp 'sport = :8000'. End it, then run the rollback again.",
        "title": "web-3: the release that was found went on answering",
      },
      {
        "level": "error",
        "message": "answered as v3, v2 was expected",
        "title": "web-3: Health check /health failed",
      },
      {
        "level": "warning",
        "message": "web-2: local changes in apps/backend/settings.py were saved to refs/rollback/11934567890-1 and to /var/backups/green-matchers/web-2.patch",
        "title": "Worth knowing",
      },
    ]
  `);
});

test('one notice when all is well', () => {
  expect(annotations(exampleReport({ notes: [] })).map(({ level }) => level)).toEqual(['notice']);
});

test('at most ten of a level, the last of them counts the rest', () => {
  const base = exampleOf('undone', manyHosts(30));
  const many = annotations({ ...base, checks: base.checks.map((check) => ({ ...check, verdict: 'failed' })), notes: Array.from({ length: 12 }, () => 'n') });
  const errors = many.filter(({ level }) => level === 'error');
  expect(errors).toHaveLength(10);
  expect(errors.at(-1)?.title).toBe('And 26 more');
  expect(many.filter(({ level }) => level === 'warning')).toHaveLength(10);
});
