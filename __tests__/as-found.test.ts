import { describe, expect, test } from 'vitest';
import { answerTo, unlikeFound, type AsFound } from '../src/as-found.ts';
import type { Answer, ReadableHost } from '../src/ports.ts';

const question: AsFound = { host: 'web-1', what: 'the checkout', script: 'which', answer: ['a', 'b'], seen: ['a'] };
const asked: { script: string; secret?: string | undefined }[] = [];
const hostThat = (answers: () => Promise<Answer>): ReadonlyMap<string, ReadableHost> => new Map([['web-1', {
  name: 'web-1', dial: () => Promise.reject(new Error('not here')),
  ask: (script, options) => { asked.push({ script, secret: options?.secret }); return answers(); },
}]]);
const answering = (lines: readonly string[], code = 0) => hostThat(async () => ({ code, output: '', facts: new Map([['as-found', lines]]) }));

describe('asked again', () => {
  test.each<readonly [string, readonly string[], string | undefined]>([
    ['the same', ['a', 'b'], undefined],
    ['the same in another order', ['b', 'a'], undefined],
    ['something gone', ['a'], 'was b'],
    ['something new', ['a', 'b', 'c'], 'is c'],
    ['something else', ['a', 'c'], 'was b; is c'],
  ])('%s', async (_, lines, why) => {
    const failures = await unlikeFound([question], answering(lines), { parallel: 2 });
    expect(failures).toEqual(why === undefined ? [] : [{ code: 'undo-failed', host: 'web-1', what: 'the checkout is not as it was found', why, fix: expect.stringContaining('web-1') }]);
  });

  test('what the application wrote itself is no difference', async () => {
    expect(await unlikeFound([question], answering(['a', 'rows 7']), { parallel: 1 }, (line) => line === 'b' || line.startsWith('rows'))).toEqual([]);
  });

  test('of many differences a person is told ten', async () => {
    const [failure] = await unlikeFound([question], answering(Array.from({ length: 50 }, (_, index) => `n${index}`)), { parallel: 1 });
    expect(failure?.why?.split('; ')).toHaveLength(10);
  });

  test.each([
    ['no answer then', { ...question, answer: undefined }, answering(['a', 'b'])],
    ['a failing script', question, answering(['a', 'b'], 1)],
    ['a lost host', question, hostThat(() => Promise.reject(new Error('gone')))],
    ['an unknown host', question, new Map()],
  ] as const)('%s is no proof', async (_, found, hosts) => {
    expect(await unlikeFound([found], hosts, { parallel: 1 })).toMatchObject([{ code: 'undo-failed', host: 'web-1', what: 'whether the checkout is as it was found could not be asked' }]);
  });
});

test('a host that tells nothing was found empty', async () => {
  expect(await answerTo(question, hostThat(async () => ({ code: 0, output: '', facts: new Map() })), undefined)).toEqual([]);
});

test('credentials go only to questions that need the database', async () => {
  asked.length = 0;
  await answerTo(question, answering([]), 'secret');
  await answerTo({ ...question, needsDatabase: true }, answering([]), 'secret');
  await answerTo({ ...question, needsDatabase: true }, answering([]), undefined);
  expect(asked.map(({ secret }) => secret)).toEqual([undefined, 'secret', undefined]);
});
