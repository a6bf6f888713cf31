import { expect, test } from 'vitest';
import { balancerNotes } from '../../../src/methods/traffic/assessed.ts';

test('a run that was interrupted is told though the host decided nothing', () => {
  const unfinished = { run: '1-1', actor: 'octocat', startedAt: 1, from: 'blue', to: 'green' };
  expect(balancerNotes([{ host: 'lb-1', unfinished, notes: [] }])).toEqual(['lb-1: the rollback 1-1 of octocat was interrupted before it ended, and the host has decided nothing by itself.']);
  expect(balancerNotes([{ host: 'lb-1', unfinished, notes: [], decision: 'kept 2026-11-23T10:00:00Z green:8000 answered 200' }])).toEqual([expect.stringContaining('kept the switch by itself')]);
  expect(balancerNotes([{ host: 'lb-1', notes: ['a note'] }])).toEqual(['lb-1: a note']);
});
