/** What triggers ask with, and whom. */
import type { Expected } from '../checks/verdict.ts';
import type { WatchInputs } from '../inputs/watch.ts';
import type { Clock, Http, Milliseconds, ReadableHost } from '../ports.ts';
import type { CloudWatch } from './cloudwatch.ts';
import type { Source } from './figures.ts';
import type { AccessLogs } from './sources/access-logs.ts';

export type Scene = {
  readonly inputs: WatchInputs;
  readonly http: Http;
  readonly clock: Clock;
  /** Reached when they are first asked, and again when they are lost. */
  readonly hosts: ReadonlyMap<string, ReadableHost>;
  /** The SDK is large: only who asks for metrics or alarms waits for it. */
  readonly cloudWatch: () => Promise<CloudWatch>;
  /** What measures requests, in the order in which it is trusted; probes of our own only where there is nothing else. */
  readonly sources: readonly Source[];
  /** Fill in where a source has too few requests; the same that stands in `sources` where there is nothing else. */
  readonly probes: Source | undefined;
  readonly accessLogs: AccessLogs | undefined;
  /** When the release was deployed; the beginning of the watch where nobody said. */
  readonly deployedAt: Milliseconds;
  /** The release that has to answer, where the service says which it is. */
  readonly expected: Expected | undefined;
};
