/** What became of a watch: what its outputs and its summary are made from. Pure data, without secrets. */
import type { RunFacts } from '../outcome.ts';
import type { Milliseconds } from '../ports.ts';
import type { Series, WatchVerdict } from './verdict.ts';

export type WatchReport = {
  readonly run: RunFacts;
  readonly verdict: WatchVerdict;
  readonly series: readonly Series[];
  readonly deployedAt: Milliseconds;
  readonly notes: readonly string[];
};
