/** Whoever is told of a run. Adding one is one file here and one line in the registry. */
import type { Inputs } from '../inputs.ts';
import type { Clock } from '../ports.ts';
import type { Event } from './event.ts';
import type { GitHub } from './github/port.ts';

/** What a later process of the same run (`post`) has to know of what was told: ids and addresses, by name. Plain text, without secrets. */
export type Memory = {
  get(name: MemoryName): string | undefined;
  set(name: MemoryName, value: string): void;
};

export type MemoryName = 'deployment-id' | 'incident-url' | 'incident-number' | 'statuspage-incident';

/** One JSON request. The body is sent as `application/json`, with its length. */
export type Send = (request: {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made to JSON; none with GET. */
  readonly body?: unknown;
  /** It must not be done twice: not sent again when it may have been done though no good answer came. */
  readonly once?: true;
  readonly signal: AbortSignal;
}) => Promise<Sent>;

/**
 * The answer that came in the end, after its own time limit and retries: 5 s for each try, two retries, only of what may be tried again
 * (no answer, 429, 5xx), after `Retry-After` where it is given. A server is asked once a second at most. At most 64 KiB of the body are read.
 */
export type Sent =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** In words, without the address's path, which can be the credential. */
  | { readonly kind: 'unanswered'; readonly why: string };

export type NotifierWorld = {
  readonly clock: Clock;
  readonly send: Send;
  /** Undefined where no token or no repository is known. */
  readonly github: GitHub | undefined;
  readonly memory: Memory;
};

export type Notifier = {
  /** As people know it: `Slack`. */
  readonly name: string;
  /** The shortest time between the starts of two events told: the vendor's documented rate. */
  readonly spacing?: number;
  /** Only how things stand counts: of events that wait while it is busy, the newest alone is told. */
  readonly tellsState?: true;
  /**
   * Tells one event; events come one at a time, in order. An event that it has nothing to say about is passed over.
   * @param signal ends whatever is waited for
   * @throws Error whose message says, without a secret, why it was not told: `answered 404 "no_service"`
   */
  tell(event: Event, signal: AbortSignal): Promise<void>;
};

/** @returns undefined when the inputs do not ask for it */
export type NotifierOf = (inputs: Inputs, world: NotifierWorld) => Notifier | undefined;
