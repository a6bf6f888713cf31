/** What a question about production told. */
import type { Verdict } from '../outcome.ts';
import type { Milliseconds } from '../ports.ts';

/** The `trigger` output. */
export type TriggerName = 'health' | 'error-rate' | 'response-time' | 'alarm' | 'log';

/** What one question told. `unknown`: it could not be measured, which is neither good nor bad. */
export type Reading = {
  /** When what was measured had happened: the end of a period, or the moment of a question. */
  readonly time: Milliseconds;
  readonly verdict: Verdict;
  /** Percent for an error rate, seconds for a response time, matching lines for a log. */
  readonly value?: number;
  /** How many requests the value comes from. */
  readonly requests?: number;
  readonly errors?: number;
  /** What came, and what the limit is: `23.4 % of 412 requests failed, the limit is 10 %`. */
  readonly message: string;
};

/** A stretch of the watch, for what is measured over a time. */
export type Window = { readonly from: Milliseconds; readonly to: Milliseconds };
