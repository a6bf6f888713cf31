import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { githubServer } from '../adapters/github-server.ts';
import { serving } from '../adapters/server.ts';
import { kill } from '../chaos/cancel.ts';
import { fleetAvailable } from '../fleet/available.ts';
import { servingAs, slackFaults, StatusPage } from '../notify/vendors.ts';
import { answering, everywhere } from './evidence.ts';
import { holdRestart } from './hold.ts';
import { inputsFor, withoutDatabase, type Inputs } from './inputs.ts';
import { runAction, startAction } from './runner.ts';
import { openScene, type Scene } from './scene.ts';

const available = await fleetAvailable();

/** Slack, Statuspage and a webhook, each at a place of its own, with everything that they were told. */
async function everybody() {
  const page = new StatusPage();
  const slack: { text: string }[] = [];
  const hooked: { event: string; result: string | null }[] = [];
  const [channel, api, hook] = await Promise.all([
    servingAs(({ body }) => {
      const message = JSON.parse(body) as typeof slack[number];
      page.complaints.push(...slackFaults(message));
      slack.push(message);
      return { status: 200, body: 'ok' };
    }),
    servingAs((asked) => page.answer(asked)),
    servingAs(({ body }) => {
      hooked.push(JSON.parse(body) as typeof hooked[number]);
      return { status: 204, body: '' };
    }),
  ]);
  const inputs: Inputs = {
    'slack-webhook-url': `${channel}/services/T000/B000/credential`, 'webhook-url': `${hook}/events`,
    'statuspage-api-key': 'credential', 'statuspage-page-id': 'gytm4qzbx9t6', 'statuspage-component-ids': 'kctbh9vrtdwd', 'statuspage-api-url': `${api}/v1`,
  };
  return { page, slack, hooked, inputs };
}

describe.skipIf(!available)('people are told of a rollback', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(1);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  test('that succeeds: in the channel, on the status page, by the webhook, on GitHub', async () => {
    const { production } = scene;
    const [{ page, slack, hooked, inputs }, github] = await Promise.all([
      everybody(), githubServer({ deployments: [{ sha: production.sha('v3') }], pullRequests: { [production.sha('v3')]: [{ number: 12 }] } }),
    ]);
    const ended = await runAction(
      inputsFor(production, { ...inputs, 'github-token': 'ghs_secret', 'incident-issue': 'true', 'comment-on-pull-request': 'true', reason: 'error rate <!channel>' }),
      { GITHUB_API_URL: github.apiUrl },
    );
    expect(ended.outputs, ended.log).toMatchObject({ result: 'rolled-back' });
    expect(ended.log).not.toContain('not told');
    const left = readdirSync(ended.workspace, { withFileTypes: true }).filter((each) => each.isFile()).map(({ name }) => readFileSync(join(ended.workspace, name), 'utf8'));
    for (const text of [ended.log.replaceAll(/^::add-mask::.*$/gm, ''), ...left]) expect(text).not.toMatch(/credential|ghs_secret/);

    expect(page.complaints).toEqual([]);
    expect(page.incidents).toMatchObject([{ status: 'resolved', components: { kctbh9vrtdwd: 'operational' } }]);
    expect(page.incidents[0]?.updates.map(({ status }) => status)).toEqual(['investigating', 'identified', 'monitoring', 'resolved']);
    expect(slack).toHaveLength(2);
    expect(JSON.stringify(slack)).not.toContain('<!channel>');
    expect(hooked.map(({ event, result }) => [event, result])).toEqual([['begun', null], ['executing', null], ['verifying', null], ['ended', 'rolled-back']]);

    const [bad, rollback] = github.deployments;
    expect(rollback).toMatchObject({ sha: production.sha('v2'), task: 'rollback', environment: 'production', payload: { from: production.sha('v3'), to: production.sha('v2') } });
    expect(rollback?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success']);
    expect(bad?.statuses.at(-1)).toMatchObject({ state: 'failure' });
    expect(ended.outputs).toMatchObject({ 'deployment-id': String(rollback?.id), 'incident-url': expect.stringContaining('/issues/') });
    expect(github.issues).toHaveLength(1);
    expect(github.issues[0]?.body).toContain('## Timeline');
    expect(github.comments.map(({ number }) => number)).toEqual([12]);
  });

  test('that is killed: `post` goes on with the same incident and the same record, and tells how it really stands', async () => {
    const { production } = scene;
    const [{ page, hooked, inputs }, github] = await Promise.all([everybody(), githubServer()]);
    await using held = await holdRestart(scene.host(1), production);
    const { 'statuspage-page-id': id, 'statuspage-component-ids': ids, 'app-dir': app, ...others } = inputsFor(production, { ...withoutDatabase, ...inputs, 'github-token': 'ghs_secret' });
    const workspace = mkdtempSync(join(tmpdir(), 'checkout-'));
    writeFileSync(join(workspace, 'rollback.yml'), JSON.stringify({ 'statuspage-page-id': id, 'statuspage-component-ids': ids, 'app-dir': app }));
    const started = startAction({ ...others, config: 'rollback.yml' }, { GITHUB_API_URL: github.apiUrl, GITHUB_WORKSPACE: workspace });
    await held.reached();
    await kill(started);
    // What a later step does in the checkout does not keep `post` from its work.
    rmSync(workspace, { recursive: true });
    const post = started.post();
    await held.release();
    const { summary } = await post;
    expect(summary.split('\n')[0]).toMatch(/^### ⏹️ Cancelled: everything is as it was found/);
    expect(page.complaints).toEqual([]);
    expect(page.incidents).toHaveLength(1);
    // Production still runs the bad release: the incident is not over, and says what is so.
    expect(page.incidents[0]).toMatchObject({ status: 'identified' });
    expect(page.incidents[0]?.updates.length).toBeGreaterThanOrEqual(3);
    // What was still waiting when the process died was told by nobody.
    expect(hooked.map(({ event }) => event).filter((event) => event !== 'executing')).toEqual(['begun', 'taken-up', 'undoing', 'ended']);
    expect(github.deployments).toHaveLength(1);
    expect(github.deployments[0]?.statuses.at(-1)).toMatchObject({ state: 'inactive' });

    // The next run goes on with it, and brings it to its end.
    const next = await runAction(inputsFor(production, { ...withoutDatabase, ...inputs }));
    expect(next.outputs).toMatchObject({ result: 'rolled-back' });
    expect(page.incidents).toMatchObject([{ status: 'resolved' }]);
  });

  test('by nobody who answers: it succeeds all the same, is as long, and says who was not told', async () => {
    const { production } = scene;
    // Takes every request and never answers.
    const { port } = await serving(() => undefined);
    const silent = `http://127.0.0.1:${port}`;
    const ended = await runAction(inputsFor(production, {
      ...withoutDatabase, 'github-token': 'ghs_secret', 'incident-issue': 'true', 'slack-webhook-url': `${silent}/services/credential`, 'webhook-url': 'http://127.0.0.1:9/events',
      'statuspage-api-key': 'credential', 'statuspage-page-id': 'gytm4qzbx9t6', 'statuspage-api-url': `${silent}/v1`,
    }), { GITHUB_API_URL: silent });
    expect({ code: ended.code, ...ended.outputs }).toMatchObject({ code: 0, result: 'rolled-back', health: 'healthy' });
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
    for (const name of ['Slack', 'Statuspage', 'The webhook', 'GitHub deployment record']) expect(ended.log).toMatch(new RegExp(`::warning title=Not told::${name}`));
    // What was tried of them took place beside the run: its own end came first.
    expect(ended.log.indexOf('::warning title=Not told')).toBeGreaterThan(ended.log.indexOf('Verifying every host'));
  });
});
