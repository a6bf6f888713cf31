import { describe, expect, test } from 'vitest';
import type { Failure, ReasonCode } from '../src/errors.ts';
import { hostReports } from '../src/host-reports.ts';
import type { HostResult, Result, Span } from '../src/outcome.ts';
import { startRecording } from '../src/recording.ts';
import { fakeProduction, run, v2, v3 } from './fakes/production.ts';

/** Of the steps of web-1 (`dump` touches nothing, `checkout` does) these were begun; all of web-2's. */
function reports(options: {
  result: Result; begun?: readonly string[]; failures?: readonly Failure[]; material?: 'drop' | 'keep' | 'leave'; from?: string; timeline?: readonly Span[]; more?: true;
}) {
  const { assessed } = fakeProduction(options.from === undefined ? {} : { releases: { 'web-1': options.from } });
  const stages = options.more === undefined ? assessed.plan.stages : assessed.plan.stages.map((stage) => ({ ...stage, steps: stage.steps.flatMap((step) => (step.id === 'checkout' ? [step, { ...step, id: 'restart' }] : [step])) }));
  const recording = { ...startRecording(run), timeline: [...(options.timeline ?? [])] };
  const { result, failures = [], material } = options;
  return hostReports({
    recording, assessed: { ...assessed, plan: { stages } }, settled: { result, failures, ...(material === undefined ? {} : { material }) },
    begun: new Set([...(options.begun ?? ['dump', 'checkout']).map((id) => `web-1 ${id}`), 'web-2 checkout']),
  });
}
const failure = (code: ReasonCode, host?: string): Failure => ({ code, what: `it is ${code}`, why: 'so', fix: 'Look.', ...(host === undefined ? {} : { host }) });
const own = failure('step-failed', 'web-1');
const notUndone = failure('undo-failed', 'web-1');
const elsewhere = failure('undo-failed', 'web-2');

describe('what became of a host', () => {
  test.each<readonly [string, Parameters<typeof reports>[0], HostResult]>([
    ['back', { result: 'rolled-back' }, 'rolled-back'],
    ['back, where it was already', { result: 'rolled-back', from: v2 }, 'unchanged'],
    ['nothing to do', { result: 'unchanged' }, 'unchanged'],
    ['a dry run', { result: 'planned', begun: [] }, 'untouched'],
    ['refused after the backup', { result: 'refused', begun: ['dump'], failures: [own] }, 'untouched'],
    ['undone', { result: 'undone', failures: [own] }, 'undone'],
    ['undone before it came to this host', { result: 'undone', begun: ['dump'], failures: [elsewhere] }, 'untouched'],
    ['stopped on this host', { result: 'failed', failures: [own], material: 'leave' }, 'failed'],
    ['stopped elsewhere, this host done', { result: 'failed', failures: [failure('step-failed', 'web-2')], material: 'leave' }, 'rolled-back'],
    ['stopped elsewhere, this host half done', { result: 'failed', more: true, failures: [failure('step-failed', 'web-2')], material: 'leave' }, 'failed'],
    ['stopped before it came to this host', { result: 'failed', begun: ['dump'], failures: [own], material: 'leave' }, 'untouched'],
    ['not undone', { result: 'failed', failures: [own, notUndone], material: 'keep' }, 'failed'],
    ['not undone elsewhere', { result: 'failed', failures: [failure('step-failed'), elsewhere], material: 'keep' }, 'undone'],
    ['failed here, not undone elsewhere', { result: 'failed', failures: [own, elsewhere], material: 'keep' }, 'undone'],
    ['cancelled and undone', { result: 'cancelled', material: 'drop' }, 'undone'],
    ['cancelled and left, done', { result: 'cancelled', material: 'leave' }, 'rolled-back'],
    ['cancelled and left, half done', { result: 'cancelled', more: true, material: 'leave' }, 'failed'],
    ['cancelled before it came to this host', { result: 'cancelled', begun: ['dump'], material: 'drop' }, 'untouched'],
  ])('%s', (_, options, result) => {
    expect(reports(options)[0]).toMatchObject({ host: 'web-1', from: options.from ?? v3, to: v2, result });
  });
});

test('its own failure, that of its undo first', () => {
  expect(reports({ result: 'failed', failures: [own, elsewhere, notUndone] }).map(({ message }) => message)).toEqual(['it is undo-failed: so', 'it is undo-failed: so']);
  expect(reports({ result: 'undone', failures: [own] }).map(({ message }) => message)).toEqual(['it is step-failed: so', '']);
});

test('its time, from its first step to its last; none where it was not touched', () => {
  const bar = (host: string, start: number, end: number): Span => ({ stage: 's', title: 't', host, start, end, result: 'done' });
  const timeline = [bar('web-1', 10_000, 11_000), bar('web-2', 0, 99_000), bar('web-1', 14_000, 15_260), { ...bar('web-1', 0, 500_000), host: undefined } as unknown as Span];
  expect(reports({ result: 'rolled-back', timeline })[0]?.seconds).toBe(5.3);
  expect(reports({ result: 'undone', begun: ['dump'], timeline })[0]?.seconds).toBe(0);
});
