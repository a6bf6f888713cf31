import { expect, test } from 'vitest';
import type { Failure, ReasonCode } from '../src/errors.ts';
import type { Result, Verdict } from '../src/outcome.ts';
import { healthOf, reportOf, startRecording } from '../src/recording.ts';
import { run } from './fakes/production.ts';

const failure = (code: ReasonCode): Failure => ({ code, what: 'no', fix: 'Look.' });

test.each<readonly [Result, readonly ReasonCode[], ReasonCode | '']>([
  ['rolled-back', [], ''],
  ['unchanged', [], ''],
  ['planned', [], ''],
  ['refused', ['unknown-unit', 'disk-full'], 'unknown-unit'],
  ['undone', ['wrong-release'], 'wrong-release'],
  ['failed', ['target-unhealthy', 'undo-failed'], 'undo-failed'],
  ['failed', ['host-lost'], 'host-lost'],
  ['failed', [], 'step-failed'],
  ['cancelled', [], 'cancelled'],
  ['cancelled', ['locked'], 'cancelled'],
])('%s with %j is for the reason %j', (result, codes, reason) => {
  const failures = codes.map(failure);
  expect(reportOf(startRecording(run), { result, failures, at: 7 })).toMatchObject({ result, reasonCode: reason, failures, run: { ...run, endedAt: 7 } });
});

test.each<readonly [readonly Verdict[], string]>([
  [[], 'unknown'], [['passed'], 'healthy'], [['passed', 'unknown'], 'unknown'], [['unknown', 'failed', 'passed'], 'unhealthy'],
])('%j is %s', (verdicts, health) => expect(healthOf(verdicts)).toBe(health));
