import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { trySending } from '../../src/adapters/send.ts';
import type { Block } from '../../src/notify/block-kit.ts';
import type { Event } from '../../src/notify/event.ts';
import { sendOver } from '../../src/notify/sending.ts';
import { slackMessage, type SlackMessage } from '../../src/notify/slack.ts';
import { openTelling } from '../../src/notify/telling.ts';
import { exampleOf, exampleReport, manyHosts } from '../report/example.ts';
import { hostile, withWords } from '../report/hostile.ts';
import { FakeClock } from '../fakes/clock.ts';
import { begun, drilled, ended, event, everyEvent } from './events.ts';
import { opened, worldOf } from './notifiers.ts';
import { servingAs, slackFaults } from './vendors.ts';

/** The message as a person sees it in Slack, roughly. */
function seen(message: SlackMessage | undefined): string {
  const plain = (text: string): string => text.replace(/<[^|>]+\|([^>]+)>/, '[$1]').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const shown = (block: Block): string => {
    switch (block.type) {
      case 'header': return `# ${plain(block.text.text)}`;
      case 'section': return 'text' in block ? plain(block.text.text) : block.fields.map(({ text }, index) => (index % 2 === 0 ? `${text}  ` : `${plain(text)}\n`)).join('').trimEnd();
      case 'context': return block.elements.map(({ text }) => plain(text)).join('  ');
    }
  };
  return message === undefined ? '' : message.blocks.map(shown).join('\n');
}

test('what goes on, how it ended, and nothing in between, over a real connection', async () => {
  const messages: unknown[] = [];
  const faults: string[] = [];
  const base = await servingAs(({ method, path, headers, body }) => {
    messages.push(JSON.parse(body));
    faults.push(...slackFaults(JSON.parse(body)));
    if (method !== 'POST' || path !== '/services/T000/B000/credential' || headers['content-type'] !== 'application/json; charset=utf-8') faults.push(`${method} ${path} ${headers['content-type']}`);
    return { status: 200, body: 'ok' };
  });
  const { slack } = opened(base, worldOf(sendOver(trySending(), { ...systemClock, sleep: async () => undefined })));
  const telling = openTelling([slack], { clock: { ...systemClock, sleep: async (_duration, signal) => new Promise((done) => signal?.addEventListener('abort', () => done(), { once: true })) } });
  telling.tell(begun());
  expect(await telling.finish(10_000)).toEqual([]);
  for (const each of [event({ kind: 'executing' }), event({ kind: 'verifying' }), ended('rolled-back')]) await slack.tell(each, new AbortController().signal);
  expect(faults).toEqual([]);
  expect(messages).toHaveLength(2);
});

test('a beginning, and what takes up an interrupted run', () => {
  const events = [begun(), event({ kind: 'taken-up' }), event({ kind: 'begun', hosts: ['web-1'], takesUp: '11934567000-1' })];
  expect(events.map((each) => seen(slackMessage(each))).join('\n\n')).toMatchInlineSnapshot(`
    "# ⏪ Rollback of production: begun
    Rolling production back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2") on 3 hosts.
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Hosts*  web-1, web-2 and web-3
    *Method*  git
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:00:35 UTC

    # ⏪ Rollback of production: interrupted
    The rollback of production was interrupted, and is being brought to its end.
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Method*  git
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:00:35 UTC

    # ⏪ Rollback of production: begun
    Going on with the rollback of production that run 11934567000-1 left unfinished, from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2").
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Hosts*  web-1
    *Method*  git
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:00:35 UTC"
  `);
});

test('every end', () => {
  const events = (['rolled-back', 'failed', 'refused', 'undone', 'cancelled'] as const).map((result) => ended(result));
  expect(events.map((each) => seen(slackMessage(each))).join('\n\n')).toMatchInlineSnapshot(`
    "# ✅ Rollback of production: done
    Production is back on v2 (a1b2c3d "Stable release 2") in 38 s; the service did not answer for 6.3 s; nothing was lost.
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Time*  12:00:31 to 12:01:09 UTC: 38 s
    *Downtime*  the service did not answer for 6.3 s
    *Data*  nothing was lost
    *Production*  3 hosts are on v2
    *Health*  healthy
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:01:09 UTC

    # ❌ Rollback of production: needs a person
    Needs a person: the downgrade of c3 failed at its second operation (on web-1), and 1 more problem; web-1 needs a person and 2 hosts are untouched, on v3.
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Time*  12:00:31 to 12:01:02 UTC: 31 s
    *Downtime*  the service did not answer for 31 s, 14 s of it before the first change, and was not answering at the end
    *Data*  whether rows were lost was not measured
    *Production*  web-1 needs a person and 2 hosts are untouched, on v3
    *Health*  not measured
    *Reason code*  undo-failed
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    • web-1: the downgrade of c3 failed at its second operation: sqlalchemy.exc.OperationalError: (1091, "Can't DROP INDEX \`ix_salary\`; check that it exists"). Nothing was checked out. See the next point for the schema.
    • web-1: the schema could not be brought back as found: ERROR 2013 (HY000): Lost connection to server during query. The data is whole in the backup and restored beside as green_matchers_found. Start MariaDB on web-1 and run the rollback again.
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:01:02 UTC

    # ⛔ Rollback of production: refused
    Nothing was touched: no answer on port 22 within 20 s, three times (on web-3), and 1 more problem.
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Time*  12:00:31 to 12:00:52 UTC: 21 s
    *Production*  3 hosts are untouched, on v3
    *Health*  not measured
    *Reason code*  host-unreachable
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    • web-3: no answer on port 22 within 20 s, three times. Look whether web-3 is running and its firewall lets the runner in; leave it out of \`hosts\` if it is gone for good.
    • web-1: the unit green-matchers-api.service is not known: Unit green-matchers-api.service could not be found. Correct the input \`services\`, or run systemctl daemon-reload on the host.
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:00:52 UTC

    # ↩️ Rollback of production: undone
    Not rolled back: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary"), because the release that was found went on answering (on web-3).
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Time*  12:00:31 to 12:01:32 UTC: 1 min 1 s, 4 min 1 s from the detection
    *Downtime*  the service did not answer for 12 s, 3.5 s of it before the first change
    *Data*  nothing was lost
    *Production*  3 hosts were put back on v3
    *Health*  unhealthy
    *Reason code*  wrong-release
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    • web-3: the release that was found went on answering: X-Version: v3 (asked 61 times in 60 s). Look for a second process of the old release on web-3: ss -ltnp 'sport = :8000'. End it, then run the rollback again.
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:01:32 UTC

    # ⏹️ Rollback of production: cancelled
    Cancelled: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary").
    *From*  v3 (c3d4e5f "Deploy 3: matching by salary")
    *To*  v2 (a1b2c3d "Stable release 2")
    *Time*  12:00:31 to 12:01:25 UTC: 54 s
    *Downtime*  the service did not answer for 6.3 s
    *Data*  nothing was lost
    *Production*  1 host was put back on v3 and 2 hosts are untouched, on v3
    *Health*  not measured
    *Reason code*  cancelled
    *Started by*  octocat (workflow_dispatch)
    *Reason*  Critical bug found in production
    • the run was cancelled while the first host was being switched. Everything was put back. Run it again when it is wanted.
    [Log of the run]  green-matchers/app, run 11934567890-1; 2025-11-23 12:01:25 UTC"
  `);
});

test('a drill', () => {
  const events = [begun({ drill: true }), drilled, ended('failed', {}, { drill: true })];
  expect(events.map((each) => seen(slackMessage(each)).split('\n').slice(0, 2).join('\n')).join('\n\n')).toMatchInlineSnapshot(`
    "# ⏪ Drill of production: begun
    Drill: rolling production back from v3 (c3d4e5f "Deploy 3: matching by salary") to v2 (a1b2c3d "Stable release 2") on 3 hosts.

    # ✅ Drill of production: passed
    Drill passed: production went back to v2 (a1b2c3d "Stable release 2") in 38 s and forward again in 42 s; the service did not answer for 6.3 s; everything is as it was found.

    # ❌ Drill of production: needs a person
    Drill: needs a person: the downgrade of c3 failed at its second operation (on web-1), and 1 more problem; web-1 needs a person and 2 hosts are untouched, on v3."
  `);
  for (const each of events) expect(seen(slackMessage(each))).toMatch(/this is a drill$/);
});

test.each<[string, Event]>([['a dry run', ended('planned', {}, { dryRun: true })], ['nothing to do', ended('unchanged')], ['executing', event({ kind: 'executing' })], ['undoing', event({ kind: 'undoing', failures: [] })]])('%s is not told', (_what, each) => {
  expect(slackMessage(each)).toBeUndefined();
});

describe('words of others', () => {
  /** Every text of a message. */
  const texts = (message: SlackMessage): readonly { readonly type: string; readonly text: string }[] =>
    [{ type: 'text', text: message.text }, ...message.blocks.flatMap((block) => (block.type === 'context' ? block.elements : 'fields' in block ? block.fields : [block.text]))];

  const harmless = (each: Event): void => {
    const message = slackMessage(each);
    if (message === undefined) return;
    expect(slackFaults(message)).toEqual([]);
    expect(JSON.stringify(message).length).toBeLessThan(40_000);
    for (const { type, text } of texts(message)) {
      expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/);
      expect(text).not.toMatch(/(?<!\w)@\w/);
      // Formatted text is ours: the name of a value, or the link.
      if (type === 'mrkdwn') expect(text).toMatch(/^(\*[A-Z][a-z ]+\*|(<https:\/\/[^<>|]+\|)?Log of the run>?)$/);
      else expect(text).not.toMatch(/[<>]/);
    }
  };

  test.each(['<!channel> and <@U123>', '@here @channel', '*bold* _x_ ~x~ `code`', ']]>', '<https://evil.test|click>', '&lt;!here&gt;', 'x'.repeat(5_000_000), '<'.repeat(5_000_000), '\u202e\u001b[31m::error::', '', ' '])('%.30s', (words) => {
    const run = { reason: words, actor: words, environment: words, repository: words, trigger: words, method: words, id: words };
    for (const each of everyEvent(run)) harmless(each.kind === 'ended' ? { ...each, report: withWords(each.report, () => words) } : each);
  });

  test('any at all', () => {
    fc.assert(fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), fc.constantFrom('rolled-back', 'failed', 'refused', 'undone', 'cancelled' as const), (all, result) => {
      let next = 0;
      const word = (): string => all[next++ % all.length] ?? '';
      const report = withWords(exampleOf(result), word);
      harmless({ ...ended(result), run: report.run, report } as Event);
    }), { numRuns: 100 });
  });

  test('a subject that calls everybody is shown and calls nobody', () => {
    const message = slackMessage({ ...begun(), from: { sha: 'c'.repeat(40), names: [], subject: 'Tell <!channel> *now* @here' } });
    expect(message?.text).toContain('Tell &lt;!channel&gt; *now* @\u200bhere');
    expect(message?.mrkdwn).toBe(false);
  });

  test('an address that is none for a browser leads nowhere', () => {
    expect(JSON.stringify(slackMessage(begun({ url: 'javascript:alert(1)' })))).not.toContain('javascript');
    expect(JSON.stringify(slackMessage(begun({ url: 'https://x.test/|a>b&c' })))).toContain('<https://x.test/%7Ca%3Eb&amp;c|Log of the run>');
  });
});

test('fifty hosts and fifty problems still fit', () => {
  const [failure] = exampleOf('refused').failures;
  const report = exampleReport({ ...exampleOf('refused', manyHosts(50)), failures: failure === undefined ? [] : Array.from({ length: 50 }, () => failure) });
  const message = slackMessage(event({ kind: 'ended', report }));
  expect(slackFaults(message)).toEqual([]);
  expect(seen(message)).toContain('• 45 more problems: see the log');
  expect(seen(slackMessage(event({ kind: 'begun', hosts: manyHosts(50) })))).toContain('web-1, web-2, web-3, web-4, web-5 and 45 more');
});

test('one message a second', async () => {
  const clock = new FakeClock();
  const starts: number[] = [];
  const { slack } = opened('https://hooks.test', worldOf(async () => (starts.push(clock.now()), { kind: 'answered', status: 200, body: 'ok' })));
  const telling = openTelling([slack], { clock });
  for (const each of [begun(), event({ kind: 'taken-up' }), ended('rolled-back')]) telling.tell(each);
  await telling.finish(10_000);
  expect(starts).toEqual([0, 1000, 2000]);
});
