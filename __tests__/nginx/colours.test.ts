import { describe, expect, test } from 'vitest';
import { withoutCanary } from '../../src/nginx/canary.ts';
import { liveOf, switched } from '../../src/nginx/colours.ts';
import { type Member, readUpstream, type Server } from '../../src/nginx/upstream.ts';

/** `blue, green down` as the members of a block, and back. */
function members(text: string): readonly Member[] {
  const read = readUpstream(`upstream app { ${text.split(', ').map((line) => `server ${line};`).join(' ')} }`, 'app');
  return read.kind === 'found' ? read.members : [];
}
const told = (servers: readonly Server[]): string => servers.map(({ address, parameters }) => [address, ...parameters].join(' ')).join(', ');

describe('what is live', () => {
  test.each([
    ['blue', 'blue'], ['green', 'green'], ['BLUE:80, green down', 'blue'], ['blue backup, green', 'green'], ['blue, green', 'both'], ['blue down, green backup', 'none'],
    ['red', 'strangers'], ['blue, red', 'strangers'], ['blue, red down', 'blue'], ['blue:8000', 'strangers'],
  ])('%s: %s', (text, live) => {
    expect(liveOf(members(text), 'blue', 'green')).toBe(live);
  });
});

describe('a switch from blue to green', () => {
  test.each([
    ['blue weight=2 max_fails=1', 'green weight=2 max_fails=1'],
    ['blue, green down', 'blue down, green'],
    ['green down weight=2, blue max_fails=1', 'green weight=2, blue down max_fails=1'],
    ['blue weight=3, green weight=5 backup', 'blue weight=3 backup, green weight=5'],
    ['blue, green backup down', 'blue backup down, green'],
    ['blue, green', 'blue down, green'],
    ['blue down, green down', 'blue down, green'],
    ['blue down, green', 'blue down, green'],
    ['blue down', 'green'],
    ['green down', 'green'],
    ['blue, red down', 'green, red down'],
    ['blue, green down, red backup', 'blue down, green, red backup'],
    ['blue weight=2, blue weight=3', 'green weight=2, green weight=3'],
  ])('%s: %s', (before, after) => {
    const result = switched(members(before), 'blue', 'green');
    expect(result.kind === 'wanted' ? told(result.wanted) : result.reason).toBe(after);
  });

  test.each([
    ['blue, red', 'red gets requests as well, and is neither of the two colours'],
    ['red down', 'neither blue nor green is in the block'],
  ])('%s: refused, %s', (before, reason) => {
    expect(switched(members(before), 'blue', 'green')).toEqual({ kind: 'refused', reason });
  });
});

describe('a block without its canary', () => {
  test.each<[before: string, recorded: string | undefined, after: string]>([
    ['blue', undefined, 'absent'],
    ['canary', undefined, 'last'],
    ['canary, blue down', undefined, 'last'],
    ['canary, blue backup', undefined, 'last'],
    ['blue weight=9, CANARY:80 weight=1', undefined, 'blue weight=9'],
    ['blue weight=9, canary weight=1', 'blue weight=10', 'recorded: blue weight=10'],
    ['blue weight=9, canary weight=1', 'blue:80 weight=5, canary down', 'recorded: blue:80 weight=5'],
    ['blue weight=9, green weight=9, canary', 'green weight=2, blue weight=1', 'recorded: green weight=2, blue weight=1'],
    ['blue weight=9, canary weight=1', 'green weight=10', 'blue weight=9'],
    ['blue weight=9, canary weight=1', 'blue weight=5, green weight=5', 'blue weight=9'],
    ['blue weight=9, green down, canary weight=1', 'blue down, green weight=9', 'blue weight=9, green down'],
  ])('%s (recorded: %s): %s', (before, recorded, after) => {
    const result = withoutCanary(members(before), 'canary', recorded === undefined ? undefined : members(recorded));
    expect(result.kind === 'leaves' ? `${result.recorded ? 'recorded: ' : ''}${told(result.wanted)}` : result.kind).toBe(after);
  });
});
