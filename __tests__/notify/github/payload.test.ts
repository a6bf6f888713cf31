import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commitOf, payloadOf, readPayload } from '../../../src/notify/github/payload.ts';
import { exampleReport, v2, v3 } from '../../report/example.ts';

const { from, to, run } = exampleReport();
const { endedAt: _ended, ...start } = run;
if (from === undefined || to === undefined) throw new Error('the example knows both releases');

test('from where to where, why, by whom and when', () => {
  expect(payloadOf({ run: { ...start, detectedAt: start.startedAt - 60_000 }, from, to })).toEqual({
    from: v3, to: v2, fromName: 'v3', toName: 'v2', reason: 'Critical bug found in production', actor: 'octocat', trigger: 'workflow_dispatch', method: 'git',
    run: '11934567890-1', runUrl: 'https://github.com/green-matchers/app/actions/runs/11934567890', startedAt: '2025-11-23T12:00:31.000Z', detectedAt: '2025-11-23T11:59:31.000Z', drill: false,
  });
});

test('a colour is the commit that its servers say they are', () => {
  const [green, blue] = [{ sha: 'green', names: [v3], subject: '' }, { sha: 'blue', names: ['v2'], subject: '' }];
  expect(payloadOf({ run: { ...start, drill: true }, from: green, to: blue })).toMatchObject({ from: v3, fromName: 'green', to: 'blue', toName: 'blue', drill: true });
  expect(commitOf(blue)).toBeUndefined();
});

test('nothing as long as it is not known from where to where', () => {
  expect(payloadOf({ run: start, from })).toBeUndefined();
  expect(payloadOf({ run: start, to })).toBeUndefined();
});

test('it is read back as REST and as GraphQL give it', () => {
  const words = fc.string({ unit: 'binary' });
  fc.assert(fc.property(words, words, fc.option(fc.integer({ min: 0, max: 4e12 }), { nil: undefined }), fc.boolean(), (reason, actor, detectedAt, drill) => {
    const payload = payloadOf({ run: { ...start, reason, actor, ...(detectedAt === undefined ? {} : { detectedAt }), ...(drill ? { drill: true } : {}) }, from, to });
    const text = JSON.stringify(payload);
    for (const given of [payload, text, JSON.stringify(text)]) expect(readPayload(given)).toEqual(payload);
  }));
});

test.each<[what: string, payload: unknown]>([['nothing', undefined], ['null', null], ['a text', 'deploy'], ['no JSON', '{"from":'], ['a number', 7], ['a list', ['from', 'to']], ['another tool\'s', { deploy: 'migrate' }], ['half of it', { from: v3 }], ['other types', { from: 1, to: {} }]])('%s is no record of a rollback', (_what, payload) => {
  expect(readPayload(payload)).toBeUndefined();
});

test('what an older or other writer leaves out is empty, and what is no time is none', () => {
  expect(readPayload({ from: v3, to: v2, detectedAt: 'yesterday', startedAt: 12, drill: 'yes' })).toEqual({
    from: v3, to: v2, fromName: '', toName: '', reason: '', actor: '', trigger: '', method: '', run: '', runUrl: '', startedAt: '', drill: false,
  });
});
