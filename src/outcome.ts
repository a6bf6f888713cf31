/** What became of a run: the vocabulary that outputs, summary, report and messages are made from. Pure data, without secrets. */
import type { Failure, ReasonCode } from './errors.ts';
import type { Plan } from './plan.ts';
import type { Milliseconds } from './ports.ts';

/** The `result` output. */
export type Result = 'rolled-back' | 'unchanged' | 'planned' | 'refused' | 'undone' | 'failed' | 'cancelled';

/** `unknown`: could not be measured, which is neither good nor bad. */
export type Verdict = 'passed' | 'failed' | 'unknown';

/** One health check or smoke test, after all its tries. */
export type CheckResult = {
  readonly kind: 'health' | 'smoke';
  /** `GET /api/jobs`, or the URL's path for a health check. */
  readonly name: string;
  readonly url: string;
  /** The host it was asked on; absent when asked from the runner. */
  readonly host?: string;
  readonly verdict: Verdict;
  /** HTTP status of the last answer. */
  readonly status?: number;
  /** Of the last answer. */
  readonly milliseconds?: Milliseconds;
  readonly tries: number;
  /** What was expected and what came, for a person: `answered 500, a 2xx was expected`. */
  readonly message: string;
  /** The check failed because another release than the target answered. */
  readonly wrongRelease?: true;
};

export type Commit = { readonly sha: string; readonly subject: string; readonly author: string; readonly time: string };

/** Which rule chose the target. */
export type TargetRule = 'input' | 'journal' | 'deployment' | 'message' | 'parent' | 'resumed' | 'current' | 'named' | 'other' | 'left' | 'stable';

export type Release = { readonly sha: string; readonly names: readonly string[]; readonly subject: string };

/** One migration that goes (or went) back. */
export type Migration = { readonly revision: string; readonly title: string };

/** The backup that is (or would be) live again. */
export type Restored = {
  /** Its path on the database host, or its identifier. */
  readonly backup: string;
  /** When it was made, ISO 8601. */
  readonly time?: string;
  /** The release that it was made of, full SHA. */
  readonly release?: string;
  /** What the application uses afterwards, and where the replaced data is kept. */
  readonly used: string;
  readonly kept: string;
  /** The code stays where it is. */
  readonly dataOnly: boolean;
};

export type HostResult = 'rolled-back' | 'unchanged' | 'undone' | 'failed' | 'untouched';

export type HostReport = {
  readonly host: string;
  readonly result: HostResult;
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  readonly message: string;
};

export type Backup = {
  readonly kind: 'database' | 'app' | 'rds' | 'lost-rows';
  readonly host: string;
  readonly location: string;
  readonly bytes: number;
  readonly sha256: string;
};

/** One bar of the timeline. Times are the runner's, milliseconds since the epoch. */
export type Span = {
  readonly stage: string;
  readonly title: string;
  readonly host?: string;
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  readonly result: 'done' | 'failed' | 'undone';
};

/** One question of the downtime prober. */
export type Sample = { readonly time: Milliseconds; readonly verdict: Verdict; readonly milliseconds: Milliseconds };

export type Downtime = {
  /** Seconds in which the health URL did not pass, from the start to the end of the run. */
  readonly total: number;
  /** The same, without what was already down before the first change. */
  readonly caused: number;
  readonly samples: readonly Sample[];
};

export type LogExcerpt = { readonly host: string; readonly file: string; readonly text: string };

/** What a host's access log tells of the time from the start of the run to its end. */
export type Access = {
  readonly host: string;
  readonly requests: number;
  /** Answers with a 5xx. */
  readonly errors: number;
  /** Distinct clients that got one. */
  readonly clients: number;
};

/** Rows in the backup taken now that are no longer in live use, by table. */
export type LostRows = { readonly table: string; readonly rows: number };

/** Everything that is known of a run when it is reported. */
export type Report = {
  readonly result: Result;
  /** Empty for `rolled-back`, `unchanged`, `planned`. */
  readonly reasonCode: ReasonCode | '';
  /** First of them is why the run ended as it did; those of a failed undo follow. */
  readonly failures: readonly Failure[];
  readonly run: RunFacts;
  readonly from?: Release;
  readonly to?: Release & { readonly rule: TargetRule };
  /** Of a drill that passed: how long it took until production was proved to be back, and from there until it was proved to be as it was found. */
  readonly drill?: { readonly backSeconds: number; readonly forwardSeconds: number };
  readonly restored?: Restored;
  /** Newest first: what is (or would be) no longer in production. */
  readonly commits: readonly Commit[];
  /** How many there are when `commits` was cut. */
  readonly commitCount: number;
  readonly migrations: readonly Migration[];
  /** The SQL of the downgrade, as the migration tool prints it; empty when it cannot. */
  readonly migrationSql: string;
  readonly filesChanged: number;
  /** Their paths in the repository, as far as they were asked for: at most 200. */
  readonly files?: readonly string[];
  readonly plan: Plan;
  readonly hosts: readonly HostReport[];
  readonly checks: readonly CheckResult[];
  readonly health: 'healthy' | 'unhealthy' | 'unknown';
  readonly timeline: readonly Span[];
  readonly downtime?: Downtime;
  readonly lostRows?: readonly LostRows[];
  readonly backups: readonly Backup[];
  readonly logs: readonly LogExcerpt[];
  /** What was looked at before anything was touched: ends of the logs, tables, connections. `file` names what it is. */
  readonly found: readonly LogExcerpt[];
  /** Tables that no migration touched, compared with how they were found. */
  readonly untouchedTables?: { readonly same: number; readonly written: number };
  /** Of the hosts whose access log could be read. */
  readonly access: readonly Access[];
  /** Things a person should know that changed nothing: a stale lock taken over, local changes saved, a clock off by 9 s. */
  readonly notes: readonly string[];
};

export type RunFacts = {
  /** `<run id>-<attempt>` on GitHub. */
  readonly id: string;
  readonly url: string;
  readonly actor: string;
  /** `workflow_dispatch`, `repository_dispatch`, … */
  readonly trigger: string;
  readonly repository: string;
  /** `https://github.com` or the enterprise server's. */
  readonly serverUrl: string;
  readonly environment: string;
  readonly method: string;
  readonly reason: string;
  readonly dryRun: boolean;
  /** Production goes forward again to where it was. */
  readonly drill?: true;
  readonly detectedAt?: Milliseconds;
  readonly startedAt: Milliseconds;
  readonly endedAt: Milliseconds;
};
