/** What a run writes down of itself while it happens, from which its report is made. */
import type { Failure, ReasonCode } from './errors.ts';
import type {
  Access, Backup, CheckResult, Commit, Downtime, HostReport, LogExcerpt, LostRows, Migration, Release, Report, Restored, Result, RunFacts, Span, TargetRule, Verdict,
} from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Milliseconds } from './ports.ts';

/** The run itself, before it has ended. */
export type RunStart = Omit<RunFacts, 'endedAt'>;

/** Plain data all through, so that `post` can take it up from the file in which `main` left it. */
export type Recording = {
  readonly run: RunStart;
  from?: Release;
  to?: Release & { readonly rule: TargetRule };
  restored?: Restored;
  commits: readonly Commit[];
  commitCount: number;
  migrations: readonly Migration[];
  migrationSql: string;
  filesChanged: number;
  files?: readonly string[];
  plan: Plan;
  hosts: readonly HostReport[];
  /** The last word on each check; a later round replaces an earlier one. */
  checks: readonly CheckResult[];
  /** How production answers at the end. */
  health: Report['health'];
  readonly timeline: Span[];
  downtime?: Downtime;
  lostRows?: readonly LostRows[];
  backups: readonly Backup[];
  logs: readonly LogExcerpt[];
  access: readonly Access[];
  found: readonly LogExcerpt[];
  drill?: NonNullable<Report['drill']>;
  untouchedTables?: { readonly same: number; readonly written: number };
  readonly notes: string[];
};

export function startRecording(run: RunStart): Recording {
  return {
    run, commits: [], commitCount: 0, migrations: [], migrationSql: '', filesChanged: 0, plan: { stages: [] }, hosts: [], checks: [], health: 'unknown',
    timeline: [], backups: [], logs: [], access: [], found: [], notes: [],
  };
}

/** The report of a run that ended now, as it ended. */
export function reportOf(recording: Recording, ended: { readonly result: Result; readonly failures: readonly Failure[]; readonly at: Milliseconds }): Report {
  const { run, ...written } = recording;
  const good = ended.result === 'rolled-back' || ended.result === 'unchanged' || ended.result === 'planned';
  return {
    ...written,
    run: { ...run, endedAt: ended.at },
    result: ended.result,
    reasonCode: good ? '' : reasonOf(ended.result, ended.failures),
    failures: ended.failures,
  };
}

/** Why it ended so. What could not be undone weighs more than what made the undo necessary: it needs a person. */
function reasonOf(result: Result, failures: readonly Failure[]): ReasonCode {
  if (result === 'cancelled') return 'cancelled';
  return (failures.find(({ code }) => code === 'undo-failed') ?? failures[0])?.code ?? 'step-failed';
}

/** Healthy only when every health check that was made passed. */
export function healthOf(verdicts: readonly Verdict[]): Report['health'] {
  if (verdicts.includes('failed')) return 'unhealthy';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'healthy';
}
