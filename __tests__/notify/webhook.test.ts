import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { trySending } from '../../src/adapters/send.ts';
import { sendOver } from '../../src/notify/sending.ts';
import { webhookBody } from '../../src/notify/webhook.ts';
import { exampleOf, manyHosts } from '../report/example.ts';
import { hostile, withWords } from '../report/hostile.ts';
import { begun, drilled, ended, event, everyEvent, results } from './events.ts';
import { opened, worldOf } from './notifiers.ts';
import { faultsOf, servingAs } from './vendors.ts';

const schema = JSON.parse(readFileSync('schemas/webhook.schema.json', 'utf8')) as { required: string[]; properties: object };
const faults = faultsOf(schema);
/** As it arrives. */
const sent = (each: Parameters<typeof webhookBody>[0]): unknown => JSON.parse(JSON.stringify(webhookBody(each)));

test('every event is posted, over a real connection, as the schema says', async () => {
  const bodies: unknown[] = [];
  const asked = new Set<string>();
  const base = await servingAs(({ method, path, body }) => {
    asked.add(`${method} ${path}`);
    bodies.push(JSON.parse(body));
    return { status: 204, body: '' };
  });
  const { webhook } = opened(base, worldOf(sendOver(trySending(), { ...systemClock, sleep: async () => undefined })));
  const events = [...everyEvent(), ...everyEvent({ drill: true }), drilled, ...everyEvent({ detectedAt: 1_763_899_000_000, dryRun: true })];
  for (const each of events) await webhook.tell(each, new AbortController().signal);
  expect([...asked]).toEqual(['POST /events?key=credential']);
  expect(bodies.flatMap(faults)).toEqual([]);
  expect(bodies).toHaveLength(events.length);
  // Nothing is sent that is not in the schema either.
  for (const body of bodies) expect(Object.keys(body as object).toSorted()).toEqual(Object.keys(schema.properties).toSorted());
  expect(schema.required.toSorted()).toEqual(Object.keys(schema.properties).toSorted());
});

test('the schema can tell', () => {
  const good = sent(begun()) as Record<string, unknown>;
  expect(faults({ ...good, event: 'started' })).not.toEqual([]);
  expect(faults({ ...good, time: 'yesterday' })).not.toEqual([]);
  expect(faults({ ...good, from: { release: 1 } })).not.toEqual([]);
  const { text: _text, ...silent } = good;
  expect(faults(silent)).not.toEqual([]);
});

test('a beginning', () => {
  expect(sent(begun())).toMatchInlineSnapshot(`
    {
      "dataLossRows": null,
      "downtimeCausedSeconds": null,
      "downtimeSeconds": null,
      "drill": false,
      "dryRun": false,
      "event": "begun",
      "failures": [],
      "from": {
        "name": "v3",
        "release": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
        "subject": "Deploy 3: matching by salary",
      },
      "health": null,
      "hosts": [
        {
          "from": null,
          "host": "web-1",
          "message": "",
          "result": null,
          "seconds": null,
          "to": null,
        },
        {
          "from": null,
          "host": "web-2",
          "message": "",
          "result": null,
          "seconds": null,
          "to": null,
        },
        {
          "from": null,
          "host": "web-3",
          "message": "",
          "result": null,
          "seconds": null,
          "to": null,
        },
      ],
      "reasonCode": null,
      "recoverySeconds": null,
      "result": null,
      "run": {
        "actor": "octocat",
        "detectedAt": null,
        "endedAt": null,
        "environment": "production",
        "id": "11934567890-1",
        "method": "git",
        "reason": "Critical bug found in production",
        "repository": "green-matchers/app",
        "serverUrl": "https://github.com",
        "startedAt": "2025-11-23T12:00:31.000Z",
        "trigger": "workflow_dispatch",
      },
      "seconds": null,
      "takesUp": null,
      "text": "Rolling production back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2") on 3 hosts.",
      "time": "2025-11-23T12:00:35.000Z",
      "to": {
        "name": "v2",
        "release": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
        "subject": "Stable release 2",
      },
      "url": "https://github.com/green-matchers/app/actions/runs/11934567890",
      "version": 1,
    }
  `);
});

test('an end', () => {
  expect(sent(ended('undone'))).toMatchInlineSnapshot(`
    {
      "dataLossRows": 0,
      "downtimeCausedSeconds": 8.25,
      "downtimeSeconds": 11.75,
      "drill": false,
      "dryRun": false,
      "event": "ended",
      "failures": [
        {
          "code": "wrong-release",
          "fix": "Look for a second process of the old release on web-3: ss -ltnp 'sport = :8000'. End it, then run the rollback again.",
          "host": "web-3",
          "what": "the release that was found went on answering",
        },
      ],
      "from": {
        "name": "v3",
        "release": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
        "subject": "Deploy 3: matching by salary",
      },
      "health": "unhealthy",
      "hosts": [
        {
          "from": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
          "host": "web-1",
          "message": "put back",
          "result": "undone",
          "seconds": 21.5,
          "to": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
        },
        {
          "from": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
          "host": "web-2",
          "message": "put back",
          "result": "undone",
          "seconds": 21.5,
          "to": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
        },
        {
          "from": "c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
          "host": "web-3",
          "message": "went on answering as v3; put back",
          "result": "undone",
          "seconds": 21.5,
          "to": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
        },
      ],
      "reasonCode": "wrong-release",
      "recoverySeconds": 241,
      "result": "undone",
      "run": {
        "actor": "octocat",
        "detectedAt": null,
        "endedAt": "2025-11-23T12:01:32.000Z",
        "environment": "production",
        "id": "11934567890-1",
        "method": "git",
        "reason": "Critical bug found in production",
        "repository": "green-matchers/app",
        "serverUrl": "https://github.com",
        "startedAt": "2025-11-23T12:00:31.000Z",
        "trigger": "workflow_dispatch",
      },
      "seconds": 61,
      "takesUp": null,
      "text": "Not rolled back: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary"), because the release that was found went on answering (on web-3).",
      "time": "2025-11-23T12:01:32.000Z",
      "to": {
        "name": "v2",
        "release": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
        "subject": "Stable release 2",
      },
      "url": "https://github.com/green-matchers/app/actions/runs/11934567890",
      "version": 1,
    }
  `);
});

test('words of others break nothing, and call nobody', () => {
  fc.assert(fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), fc.constantFrom(...results), (all, result) => {
    let next = 0;
    const report = withWords(exampleOf(result), () => all[next++ % all.length] ?? '');
    const body = webhookBody({ ...event({ kind: 'ended', report }), run: report.run });
    expect(faults(JSON.parse(JSON.stringify(body)))).toEqual([]);
    expect(body.text).not.toMatch(/(?<!\w)@\w|<[@!#&]/);
  }), { numRuns: 100 });
});

test('stays small, whatever happened', () => {
  const report = withWords(exampleOf('failed', manyHosts(256)), () => 'é'.repeat(100_000));
  const [failure] = report.failures;
  const body = JSON.stringify(webhookBody(event({ kind: 'ended', report: { ...report, failures: failure === undefined ? [] : Array.from({ length: 300 }, () => failure) } }, { reason: 'x'.repeat(5_000_000) })));
  expect(Buffer.byteLength(body)).toBeLessThan(1024 * 1024);
});
