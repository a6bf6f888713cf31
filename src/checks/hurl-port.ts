/** Hurl (https://hurl.dev), as the checks need it. */
import type { Milliseconds } from '../ports.ts';

export type HurlEnd =
  /** `code` as Hurl means it: 0 passed, 1 options, 2 the file cannot be read, 3 a request came to nothing, 4 an assert failed. */
  | { readonly kind: 'ended'; readonly code: number; /** What `--json` prints. */ readonly results: string; /** The error stream. */ readonly trouble: string }
  /** Ran longer than its limit and was ended. */
  | { readonly kind: 'late' }
  | { readonly kind: 'unrun'; readonly why: string };

/** Hurl, as it is on the runner. Neither of its methods throws. */
export type Hurl = {
  /** @param path relative to the repository */
  run(path: string, limit: Milliseconds, signal: AbortSignal): Promise<HurlEnd>;
  /** Reads a file and asks nothing. */
  check(path: string): Promise<HurlEnd>;
  /** The variables that a file is given. */
  readonly variables: ReadonlySet<string>;
  /** What must not be told of them. */
  readonly secrets: readonly string[];
};

/** Looks for Hurl, and fetches it where it is not; the same every time. @throws RollbackError `missing-tool` */
export type GetHurl = () => Promise<Hurl>;
