/** What docs/notifications.md says and gives to copy: it is true, and it works. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { publicWord } from '../../src/notify/public-word.ts';
import { webhookBody } from '../../src/notify/webhook.ts';
import type { Event } from '../../src/notify/event.ts';
import { begun, ended, event, everyEvent } from './events.ts';
import { faultsOf, servingAs } from './vendors.ts';

const page = readFileSync('docs/notifications.md', 'utf8');

test('the table holds what the public is told while a run goes on', () => {
  const rows = everyEvent().filter(({ kind }) => kind !== 'ended').map((each) => publicWord(each));
  expect(rows.length).toBeGreaterThan(4);
  for (const word of rows) expect(page).toContain(`| \`${word?.status}\` | ${word?.body} |`);
});

const text = { type: 'string', minLength: 1 };
const formats = {
  /** https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook */
  teams: faultsOf({
    type: 'object', required: ['type', 'attachments'],
    properties: {
      type: { const: 'message' },
      attachments: {
        type: 'array', minItems: 1, maxItems: 1,
        items: {
          type: 'object', required: ['contentType', 'content'],
          properties: {
            contentType: { const: 'application/vnd.microsoft.card.adaptive' }, contentUrl: { type: 'null' },
            content: {
              type: 'object', required: ['type', 'version', 'body'],
              properties: {
                type: { const: 'AdaptiveCard' }, version: { pattern: '^1\\.[0-5]$' },
                body: { type: 'array', minItems: 1, items: { anyOf: [{ required: ['text'], properties: { type: { const: 'TextBlock' }, text } }, { required: ['facts'], properties: { type: { const: 'FactSet' }, facts: { type: 'array', items: { required: ['title', 'value'], properties: { title: text, value: text } } } } }] } },
                actions: { type: 'array', items: { required: ['type', 'title', 'url'], properties: { type: { const: 'Action.OpenUrl' }, url: { type: 'string', format: 'uri' } } } },
              },
            },
          },
        },
      },
    },
  }),
  /** https://docs.discord.com/developers/resources/webhook#execute-webhook */
  discord: faultsOf({ type: 'object', required: ['content'], additionalProperties: false, properties: { content: { ...text, maxLength: 2000 }, allowed_mentions: { type: 'object', required: ['parse'], properties: { parse: { type: 'array', maxItems: 0 } } } } }),
  /** https://developer.pagerduty.com/docs/send-alert-event */
  pagerduty: faultsOf({
    type: 'object', required: ['routing_key', 'event_action'], additionalProperties: false,
    properties: {
      routing_key: { const: 'credential' }, event_action: { enum: ['trigger', 'acknowledge', 'resolve'] }, dedup_key: { ...text, maxLength: 255 },
      payload: {
        type: 'object', required: ['summary', 'source', 'severity'], additionalProperties: false,
        properties: { summary: { ...text, maxLength: 1024 }, source: text, severity: { enum: ['critical', 'error', 'warning', 'info'] }, timestamp: { type: 'string', format: 'date-time' }, class: text, custom_details: { type: 'object' } },
      },
      links: { type: 'array', items: { type: 'object', required: ['href'], properties: { href: { type: 'string', format: 'uri' }, text } } },
    },
    anyOf: [{ properties: { event_action: { enum: ['acknowledge', 'resolve'] } } }, { required: ['payload'] }],
  }),
};

type Name = keyof typeof formats;

/** One server for all three; what it is posted, by the path. */
async function posted(): Promise<{ readonly base: string; readonly bodies: Record<Name, unknown[]>; readonly faults: string[] }> {
  const bodies: Record<Name, unknown[]> = { teams: [], discord: [], pagerduty: [] };
  const faults: string[] = [];
  const base = await servingAs(({ method, path, headers, body }) => {
    const name = (['teams', 'discord', 'pagerduty'] as const).find((each) => path === `/${each}`);
    if (name === undefined || method !== 'POST' || headers['content-type'] !== 'application/json') return { status: 400, body: 'unexpected' };
    bodies[name].push(JSON.parse(body));
    faults.push(...formats[name](JSON.parse(body)).map((fault) => `${name}: ${fault}`));
    return { status: 202, body: '{}' };
  });
  return { base, bodies, faults };
}

describe('steps after the rollback', () => {
  type Step = { readonly name: string; readonly env: Readonly<Record<string, string>>; readonly run: string };
  const steps = [...page.matchAll(/```yaml\n(- name: [\s\S]*?)```/g)].flatMap(([, block]) => parse(block ?? '') as Step[]);

  test.each([['rolled-back', 'resolve'], ['failed', 'trigger'], ['planned', undefined]])('%s', async (result, alert) => {
    const { base, bodies, faults } = await posted();
    expect(steps.map(({ name }) => name)).toEqual(['Tell Teams', 'Tell Discord', 'Tell PagerDuty']);
    for (const { env, run } of steps) {
      const given: Readonly<Record<string, string>> = {
        TEAMS_URL: `${base}/teams`, DISCORD_URL: `${base}/discord`, PAGERDUTY_URL: `${base}/pagerduty`, PAGERDUTY_ROUTING_KEY: 'credential',
        RESULT: result, REASON_CODE: 'undo-failed', RELEASE: 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4', RUN_URL: 'https://github.com/o/r/actions/runs/1',
      };
      expect(Object.keys(given)).toEqual(expect.arrayContaining(Object.keys(env)));
      await promisify(execFile)('bash', ['-e', '-c', run], { env: { PATH: process.env['PATH'], GITHUB_REPOSITORY: 'green-matchers/app', ...given } });
    }
    expect(faults).toEqual([]);
    expect([bodies.teams, bodies.discord].map(({ length }) => length)).toEqual([1, 1]);
    expect(bodies.pagerduty).toEqual(alert === undefined ? [] : [expect.objectContaining({ event_action: alert, dedup_key: 'rollback/green-matchers/app' })]);
    expect(bodies.discord).toEqual([{ content: `Rollback of green-matchers/app: ${result} (to a1b2c3d) <https://github.com/o/r/actions/runs/1>`, allowed_mentions: { parse: [] } }]);
  });
});

describe('the relay', () => {
  async function relaying(base: string, more: Readonly<Record<string, string>> = {}): Promise<(body: unknown, key?: string) => Promise<number>> {
    const env = { RELAY_KEY: 'key', TEAMS_URL: `${base}/teams`, DISCORD_URL: `${base}/discord`, PAGERDUTY_URL: `${base}/pagerduty`, PAGERDUTY_ROUTING_KEY: 'credential', PORT: '0', ...more };
    const relay = spawn(process.execPath, ['examples/webhook-relay.mjs'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void relay.kill());
    const [line] = (await once(relay.stdout, 'data')) as Buffer[];
    const port = /(\d+)/.exec(line?.toString() ?? '')?.[1];
    return async (body, key = 'key') => (await fetch(`http://127.0.0.1:${port}/?key=${key}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })).status;
  }

  test('tells everyone of every event, in their formats', async () => {
    const { base, bodies, faults } = await posted();
    const ask = await relaying(base);
    const events: readonly Event[] = [...everyEvent(), ended('failed', {}, { drill: true }), begun({ reason: '@everyone '.repeat(400), environment: '' })];
    for (const each of events) expect(await ask(webhookBody(each))).toBe(204);
    expect(faults).toEqual([]);
    expect([bodies.teams.length, bodies.discord.length]).toEqual([events.length, events.length]);
    expect(bodies.pagerduty.map((body) => (body as { event_action: string; payload?: { severity: string } })).map(({ event_action: action, payload }) => `${action} ${payload?.severity ?? ''}`.trim()))
      .toEqual(['resolve', 'resolve', 'trigger error', 'trigger error', 'trigger critical', 'trigger error', 'trigger warning']);
  });

  test('takes nothing else, from nobody else', async () => {
    const { base, bodies } = await posted();
    const ask = await relaying(base);
    expect(await ask(webhookBody(begun()), 'guess')).toBe(404);
    expect(await ask({ version: 2 })).toBe(400);
    expect(await ask('{')).toBe(400);
    expect(await ask(webhookBody(ended('planned', {}, { dryRun: true })))).toBe(204);
    expect(Object.values(bodies).flat()).toEqual([]);
  });

  test('asks for it again only where nobody was told', async () => {
    const ask = await relaying('http://127.0.0.1:1');
    for (const each of [event({ kind: 'executing' }), ended('failed')]) expect(await ask(webhookBody(each))).toBe(502);
  });

  test('and not where somebody was', async () => {
    const { base, bodies } = await posted();
    const ask = await relaying(base.replace(/$/, '/nowhere'), { DISCORD_URL: `${base}/discord` });
    expect(await ask(webhookBody(ended('failed')))).toBe(204);
    expect(bodies.discord).toHaveLength(1);
  });
});
