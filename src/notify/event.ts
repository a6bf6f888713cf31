/** What people are told of while a run goes on: pure data, without secrets. */
import type { Failure } from '../errors.ts';
import type { Release, Report } from '../outcome.ts';
import type { Milliseconds } from '../ports.ts';
import type { Recording, RunStart } from '../recording.ts';

/** What every event of a run tells. */
type Told = {
  readonly time: Milliseconds;
  readonly run: RunStart;
  /** Unknown before the assessment has found out. */
  readonly from?: Release;
  readonly to?: Release;
};

export type Happened =
  /** The assessment is done and the lock is held; nothing is changed yet. `takesUp`: the id of a dead run that is brought to its end; `health`: as it was found. */
  | { readonly kind: 'begun'; readonly hosts: readonly string[]; readonly health?: Report['health']; readonly takesUp?: string }
  /** The first stage that touches production begins. */
  | { readonly kind: 'executing' }
  /** All is done, and is being verified. */
  | { readonly kind: 'verifying' }
  /** What was done is being taken back. */
  | { readonly kind: 'undoing'; readonly failures: readonly Failure[] }
  /** `main` was ended from outside, and `post` goes on with the run. */
  | { readonly kind: 'taken-up' }
  /** The only event of a run that was refused before it held the lock. */
  | { readonly kind: 'ended'; readonly report: Report };

export type Event = Told & Happened;

export type EventKind = Event['kind'];

export function eventOf({ run, from, to }: Pick<Recording, 'run' | 'from' | 'to'>, time: Milliseconds, happened: Happened): Event {
  return { time, run, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...happened };
}
