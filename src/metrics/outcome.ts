/** What became of a report: what its outputs, its summary and its files are made from. Pure data, without secrets. */
import type { RunStart } from '../recording.ts';
import type { Milliseconds } from '../ports.ts';
import type { Metrics } from './metrics.ts';

export type MetricsReport = {
  readonly run: RunStart;
  readonly period: Milliseconds;
  /** Undefined when the records could not be read: nothing is known then. */
  readonly metrics: Metrics | undefined;
  readonly notes: readonly string[];
};
