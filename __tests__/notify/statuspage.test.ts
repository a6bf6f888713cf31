import { expect, describe, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { trySending } from '../../src/adapters/send.ts';
import type { Event } from '../../src/notify/event.ts';
import type { Memory } from '../../src/notify/notifier.ts';
import { sendOver, type TryOnce } from '../../src/notify/sending.ts';
import { openTelling } from '../../src/notify/telling.ts';
import type { Result } from '../../src/outcome.ts';
import { statuspage } from '../../src/notify/statuspage.ts';
import { read } from '../inputs/good.ts';
import { exampleOf } from '../report/example.ts';
import { FakeClock } from '../fakes/clock.ts';
import { begun, drilled, ended, event, everyEvent } from './events.ts';
import { memoryOf, opened, worldOf } from './notifiers.ts';
import { servingAs, StatusPage } from './vendors.ts';

const executing = event({ kind: 'executing' });
const verifying = event({ kind: 'verifying' });
const undoing = event({ kind: 'undoing', failures: exampleOf('undone').failures });
const takenUp = event({ kind: 'taken-up' });

/** A page without a network: everything else is real, and time is not waited for. */
function trying(page: StatusPage, clock: FakeClock, starts: number[] = []): TryOnce {
  return async ({ method, url, headers = {}, body }) => {
    starts.push(clock.now());
    const all = { ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), 'content-type': 'application/json' };
    const answer = page.answer({ method, path: url.pathname, headers: all, body: body === undefined ? '' : JSON.stringify(body) });
    return answer === undefined ? { kind: 'unanswered', why: 'no answer within 5 s' } : { kind: 'answered', ...answer };
  };
}

/** One process that tells these, each after the other was told. */
async function telling(page: StatusPage, events: readonly Event[], more: { memory?: Memory; components?: string; starts?: number[] } = {}): Promise<readonly string[]> {
  const clock = new FakeClock();
  const world = worldOf(sendOver(trying(page, clock, more.starts), clock), { clock, memory: more.memory ?? memoryOf() });
  const all = openTelling([opened('https://api.test', world, more.components).statuspage], { clock });
  for (const each of events) {
    all.tell(each);
    await clock.sleep(30_000);
  }
  return all.finish(30_000);
}

const statusesOf = (page: StatusPage) => page.incidents.map(({ updates }) => updates.map(({ status }) => status).join(' '));

test('one incident from the beginning to the end, over a real connection', async () => {
  const page = new StatusPage();
  const base = await servingAs((asked) => page.answer(asked));
  const { statuspage } = opened(base, worldOf(sendOver(trySending(), { ...systemClock, sleep: async () => undefined })));
  for (const each of [begun(), executing, verifying, ended('rolled-back')]) await statuspage.tell(each, new AbortController().signal);
  expect(page.complaints).toEqual([]);
  expect(page.asked).toEqual(['GET incidents/unresolved', 'POST incidents', 'PATCH incidents/inc1', 'PATCH incidents/inc1', 'PATCH incidents/inc1']);
  expect(page.incidents).toMatchInlineSnapshot(`
    [
      {
        "components": {
          "b13yz5g2cw10": "operational",
          "kctbh9vrtdwd": "operational",
        },
        "id": "inc1",
        "metadata": {
          "rollback": {
            "of": "47cde3a214e8720ce2456e76821282ff",
          },
        },
        "name": "Returning the service to an earlier state",
        "status": "resolved",
        "updates": [
          {
            "body": "There is a problem with the service. We are preparing to return it to an earlier state.",
            "status": "investigating",
          },
          {
            "body": "We are returning the service to an earlier state. It may not be available for a short time.",
            "status": "identified",
          },
          {
            "body": "The service was returned to an earlier state. We are checking that it works.",
            "status": "monitoring",
          },
          {
            "body": "The service was returned to an earlier state. It was checked, and works.",
            "status": "resolved",
          },
        ],
      },
    ]
  `);
});

test.each<[string, readonly Event[], string, string]>([
  ['rolled back', [begun(), executing, verifying, ended('rolled-back')], 'investigating identified monitoring resolved', 'operational'],
  ['undone while it was verified', [begun(), executing, verifying, undoing, ended('undone')], 'investigating identified monitoring monitoring monitoring', 'major_outage'],
  ['undone before', [begun(), executing, undoing, ended('undone')], 'investigating identified identified identified', 'major_outage'],
  ['failed', [begun(), executing, undoing, ended('failed')], 'investigating identified identified identified', 'major_outage'],
  ['cancelled', [begun(), executing, takenUp, ended('cancelled')], 'investigating identified identified identified', 'major_outage'],
  ['refused after it began', [begun(), ended('refused')], 'investigating investigating', 'major_outage'],
  ['where the service answered', [begun({}, 'healthy'), executing], 'investigating identified', 'partial_outage'],
  ['where the health is not known', [begun({}, 'unknown')], 'investigating', 'partial_outage'],
])('%s', async (_what, events, statuses, component) => {
  const page = new StatusPage();
  expect(await telling(page, events)).toEqual([]);
  expect(page.complaints).toEqual([]);
  expect(statusesOf(page)).toEqual([statuses]);
  expect(page.incidents[0]?.components).toEqual({ kctbh9vrtdwd: component, b13yz5g2cw10: component });
});

test('without components the incident itself says how bad it is', async () => {
  const page = new StatusPage();
  const bodies: string[] = [];
  const answer = page.answer.bind(page);
  page.answer = (asked) => (bodies.push(asked.body), answer(asked));
  await telling(page, [begun(), ended('rolled-back')], { components: '' });
  expect(page.complaints).toEqual([]);
  expect(bodies.map((body) => body.match(/"(impact_override|components?[a-z_]*)":[^,}]*/)?.[0])).toEqual([undefined, '"impact_override":"major"', undefined]);
});

describe('the public is told nothing', () => {
  test.each<[string, Event]>([
    ['of a drill', drilled], ['of a drill that begins', begun({ drill: true })], ['of a drill that failed', ended('failed', {}, { drill: true })], ['of a dry run', ended('planned', {}, { dryRun: true })],
    ['of a run that was refused at once', ended('refused')],
  ])('%s', async (_what, each) => {
    const page = new StatusPage();
    expect(await telling(page, [each])).toEqual([]);
    expect(page.asked).toEqual([]);
  });

  test.each<[string, Event]>([['of a run that had nothing to do', ended('unchanged')], ['of a success after an incident that could never be opened', ended('rolled-back')]])('%s', async (_what, each) => {
    const page = new StatusPage();
    expect(await telling(page, [each])).toEqual([]);
    expect(page.asked).toEqual(['GET incidents/unresolved']);
  });
});

describe('what an earlier process left', () => {
  const left = async (memory: Memory = memoryOf()): Promise<StatusPage> => {
    const page = new StatusPage();
    await telling(page, [begun(), executing], { memory });
    page.asked.length = 0;
    return page;
  };

  test('post goes on with the incident of its run', async () => {
    const memory = memoryOf();
    const page = await left(memory);
    expect(await telling(page, [takenUp, ended('cancelled')], { memory })).toEqual([]);
    expect(statusesOf(page)).toEqual(['investigating identified identified identified']);
  });

  test('post does so by its id, whatever became of the mark', async () => {
    const memory = memoryOf();
    const page = await left(memory);
    for (const incident of page.incidents) incident.metadata = {};
    expect(await telling(page, [takenUp], { memory })).toEqual([]);
    expect(statusesOf(page)).toEqual(['investigating identified identified']);
  });

  test('post does so even when the list of incidents cannot be had', async () => {
    const memory = memoryOf();
    const page = await left(memory);
    page.instead.push(...[1, 2, 3].map(() => ({ status: 500, body: '' })));
    expect(await telling(page, [ended('undone')], { memory })).toEqual([]);
    expect(statusesOf(page)).toEqual(['investigating identified identified']);
  });

  test('a later run finds it by its mark, opens no other, and never goes back', async () => {
    const page = await left();
    page.incidents.unshift({ id: 'other', name: 'Mail', status: 'investigating', metadata: { rollback: { of: 'somebody else' } }, updates: [], components: {} });
    page.incidents.unshift({ id: 'planned', name: 'Maintenance', status: 'scheduled', metadata: {}, updates: [], components: {} });
    expect(await telling(page, [begun({ id: '2-1' }), verifying, ended('rolled-back')])).toEqual([]);
    expect(page.complaints).toEqual([]);
    expect(statusesOf(page)).toEqual(['', '', 'investigating identified identified monitoring resolved']);
  });

  test('a run that finds production healthy closes it; one that does not says nothing', async () => {
    const page = await left();
    await telling(page, [ended('unchanged', { health: 'unknown' })]);
    expect(statusesOf(page)).toEqual(['investigating identified']);
    await telling(page, [ended('unchanged')]);
    expect(statusesOf(page)).toEqual(['investigating identified resolved']);
    expect(page.incidents[0]?.components).toEqual({ kctbh9vrtdwd: 'operational', b13yz5g2cw10: 'operational' });
  });

  test('a run that is refused says nothing of an incident that may be of a run that is at work', async () => {
    const page = await left();
    await telling(page, [ended('refused')]);
    expect(page.asked).toEqual([]);
  });

  test('that of another environment is not touched', async () => {
    const page = await left();
    await telling(page, [begun({ environment: 'staging' })]);
    expect(statusesOf(page)).toEqual(['investigating identified', 'investigating']);
  });

  test('one that a person has closed is not opened again', async () => {
    const memory = memoryOf();
    const page = await left(memory);
    const [first] = page.incidents;
    if (first !== undefined) first.status = 'resolved';
    await telling(page, [ended('rolled-back')], { memory });
    expect(page.asked).toEqual(['GET incidents/unresolved']);
    await telling(page, [ended('failed')], { memory });
    expect(statusesOf(page)).toEqual(['investigating identified', 'identified']);
  });
});

test('an incident is opened once, though nobody answered that it was', async () => {
  const page = new StatusPage();
  page.instead.push({ status: 200, body: '[]' }, 'done, but unanswered');
  expect(await telling(page, [begun(), executing])).toEqual([]);
  expect(statusesOf(page)).toEqual(['investigating identified']);
});

test('one that could not be opened is opened by what comes next', async () => {
  const page = new StatusPage();
  page.instead.push({ status: 200, body: '[]' }, { status: 503, body: '' }, { status: 200, body: '[]' });
  expect(await telling(page, [begun(), executing, verifying])).toEqual(['Statuspage was not told: answered 503']);
  expect(statusesOf(page)).toEqual(['identified monitoring']);
});

test.each<[number, string, string]>([
  [401, '{"error":"Could not authenticate"}', 'answered 401 "{"error":"Could not authenticate"}"'],
  [200, '<html>', 'its answer is not what Statuspage documents'],
  [200, '{"incidents":[]}', 'its answer is not what Statuspage documents'],
])('an answer %i %s', async (status, body, why) => {
  const page = new StatusPage();
  page.instead.push({ status, body });
  expect(await telling(page, [begun()])).toEqual([`Statuspage was not told: ${why}`]);
});

test('an id from outside stays a part of the path', async () => {
  const page = new StatusPage();
  page.instead.push({ status: 200, body: '[]' }, { status: 201, body: '{"id":"../../pages","status":"investigating"}' });
  expect(await telling(page, [begun()])).toEqual(['Statuspage was not told: its answer is not what Statuspage documents']);
});

test('it is asked once a second, whatever happens at once', async () => {
  const [page, clock, starts] = [new StatusPage(), new FakeClock(), new Array<number>()];
  page.instead.push({ status: 429, body: '' });
  const all = openTelling([opened('https://api.test', worldOf(sendOver(trying(page, clock, starts), clock))).statuspage], { clock });
  for (const each of [begun(), executing, verifying, ended('rolled-back')]) all.tell(each);
  expect(await all.finish(10_000)).toEqual([]);
  expect(starts.length).toBeGreaterThan(1);
  for (const [index, start] of starts.slice(1).entries()) expect(start - (starts[index] ?? 0)).toBeGreaterThanOrEqual(1000);
});

test('nothing internal is said, whatever the events hold', async () => {
  const secret = 'db-7.internal <!channel> ]]>';
  const told: string[] = [];
  for (const each of everyEvent({ actor: secret, reason: secret, repository: secret, environment: secret, url: secret })) {
    const page = new StatusPage();
    const answer = page.answer.bind(page);
    page.answer = (asked) => (told.push(asked.body), answer(asked));
    await telling(page, [begun({ environment: secret, repository: secret }), each]);
  }
  expect(told.length).toBeGreaterThan(10);
  for (const body of told) expect(body).not.toMatch(/internal|web-\d|c3d4e5f|a1b2c3d|v[23]\b|salary|octocat|green/i);
});

test('data that is missing is told; what went well says that it was checked', async () => {
  const lastWord = async (result: Result, more: Parameters<typeof ended>[1]): Promise<string | undefined> => {
    const page = new StatusPage();
    await telling(page, [begun(), ended(result, more)]);
    return page.incidents[0]?.updates.at(-1)?.body;
  };
  expect(await lastWord('rolled-back', { lostRows: [{ table: 'jobs', rows: 3 }] })).toBe('The service was returned to an earlier state. It was checked, and works. Some data that was entered shortly before is not available at the moment.');
  expect(await lastWord('failed', { health: 'healthy' })).toBe('Returning the service to an earlier state did not succeed, and needs further work. The service answers. The problem is not solved yet.');
});

test('a page without a key keeps nothing from being done, and is told as missing once', async () => {
  const notifier = statuspage(read({ 'statuspage-page-id': 'gytm4qzbx9t6' }), worldOf(() => Promise.reject(new Error('nothing is sent'))));
  await notifier?.tell(begun(), new AbortController().signal);
  await expect(notifier?.tell(ended('rolled-back'), new AbortController().signal)).rejects.toThrow('the input "statuspage-api-key" is empty');
});
