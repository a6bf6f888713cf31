/** What the story needs from the world. Adapters implement these; nothing here knows a library. */
import type { Duplex } from 'node:stream';

export type Milliseconds = number;

/** What a script reported with `fact name value`, in order; a name can come several times. */
export type Facts = ReadonlyMap<string, readonly string[]>;

export type Answer = {
  /** Exit status of the script. */
  readonly code: number;
  readonly facts: Facts;
  /** What its commands printed (both streams), the last 64 KiB, made harmless for a log. */
  readonly output: string;
};

/** A step as a host runs it: once, whatever happens to the connection. */
export type Job = {
  /** Names the job in the host's journal: `[a-z0-9.-]+`. Asking again for a finished job returns its result. */
  readonly id: string;
  /** POSIX sh, safe to run again after an interruption (a reboot, the out-of-memory killer). */
  readonly script: string;
  /** Handed over on a pipe; in the script it is `$secret`. Never written to the host's disk. */
  readonly secret?: string;
  readonly limit: Milliseconds;
};

export type JobEnd =
  | { readonly kind: 'finished'; readonly code: number; readonly facts: Facts; readonly output: string }
  /** Ran longer than its limit and was ended. */
  | { readonly kind: 'timeout'; readonly facts: Facts; readonly output: string }
  /** The lock on that host is no longer ours: nothing was started. */
  | { readonly kind: 'fenced'; readonly owner: string }
  /** Could not be reached any more; the job may be running, finished or never started. */
  | { readonly kind: 'lost'; readonly why: string };

/** What the host's journal says of a job. */
export type JobState = { readonly id: string; readonly state: 'running' | 'finished' | 'interrupted'; readonly code?: number };

/** A host, read only: all that an assessment and a dry run are given. */
export interface ReadableHost {
  /** As the user wrote it, without user and port unless two hosts differ only there. */
  readonly name: string;
  /**
   * Runs a script that changes nothing; asked again when the connection is lost.
   * @throws RollbackError `host-lost`, `host-unreachable`, `host-key-mismatch`, `authentication-failed`
   */
  ask(script: string, options?: { readonly limit?: Milliseconds; readonly secret?: string }): Promise<Answer>;
  /**
   * A connection as seen from the host itself: TCP, or to a unix socket where the address is its path (the port says nothing then).
   * @throws RollbackError `no-rights` when the host's sshd forbids forwarding; other errors are the address's own (refused, timeout).
   */
  dial(address: string, port: number): Promise<Duplex>;
}

/** A host on which this run holds the lock. */
export interface Host extends ReadableHost {
  perform(job: Job): Promise<JobEnd>;
  /** The jobs of this run, in the order in which they were started. */
  journal(): Promise<readonly JobState[]>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): Milliseconds;
  /** Resolves early, without an error, when the signal is aborted. */
  sleep(duration: Milliseconds, signal?: AbortSignal): Promise<void>;
}

export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string; readonly milliseconds: Milliseconds }
  /** The address was asked and gave a wrong answer: refused, reset, no answer in time, a broken reply. */
  | { readonly kind: 'failed'; readonly why: string; readonly milliseconds: Milliseconds }
  /** The address could not be asked: its name does not resolve, the way to it (SSH) is gone. */
  | { readonly kind: 'unasked'; readonly why: string };

/** Where a server listens: a host (name or address, without brackets) and a port, or the path of a unix socket. */
export type Place = { readonly address: string; readonly port: number };

export type HttpRequest = {
  readonly method: string;
  readonly url: URL;
  readonly timeout: Milliseconds;
  /** Asked from this host instead of from the runner. */
  readonly via?: ReadableHost;
  /**
   * With `via`: asked at this place, whatever the URL's host, which is still the one that the request names. Which certificate a server
   * behind a load balancer has is not looked at: nginx does not look at it either.
   */
  readonly at?: Place;
  /** What people's own question came by, for a server that would send it to https otherwise (`X-Forwarded-Proto`). */
  readonly forwarded?: 'https';
  /** Ends the question early; the answer is then `unasked`. */
  readonly signal?: AbortSignal;
};

/** One request on a fresh connection; redirects are not followed; at most 1 MiB of the body is read. Never throws. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** The job's log, for a person at night. Everything given to it is made harmless (no workflow commands, no control characters) by the adapter. */
export interface Log {
  info(line: string): void;
  warning(line: string): void;
  error(line: string): void;
  /** A folded group, printed whole. */
  group(title: string, lines: string): void;
}

/** A deployment that GitHub has a record of. */
export type DeploymentRecord = {
  readonly sha: string;
  readonly time: Milliseconds;
  /** `success` when it ever succeeded, and its release was not taken back since. */
  readonly state: 'success' | 'other';
};
