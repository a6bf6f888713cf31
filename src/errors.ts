/**
 * Why a run did not simply succeed, for people (`reason-code` in the README) and for workflows that branch on it.
 * A code that has been released is never renamed.
 */
export const reasonCodes = [
  'invalid-input', 'host-unreachable', 'host-key-mismatch', 'authentication-failed', 'no-rights', 'missing-tool',
  'unknown-unit', 'not-a-checkout', 'no-such-commit', 'no-known-good', 'diverged', 'migration-irreversible',
  'dirty-checkout', 'disk-full', 'nginx-config-invalid', 'database-unreachable', 'backup-failed', 'no-backup',
  'backup-damaged', 'data-loss', 'locked',
  'target-unhealthy', 'wrong-release', 'smoke-test-failed', 'not-proved', 'step-failed', 'host-lost', 'timeout',
  'cancelled', 'undo-failed', 'before-command-failed', 'aws-credentials',
  'rds-restore-failed', 'nginx-not-running', 'upstream-unsafe', 'no-server-left',
] as const;

export type ReasonCode = (typeof reasonCodes)[number];

export type Failure = {
  /** What went wrong, one sentence without a full stop: `the unit green-matchers-api.service is not known`. */
  readonly what: string;
  readonly code: ReasonCode;
  /** The host on which it happened, as the user wrote it. */
  readonly host?: string;
  /** The step's id, when a step of the plan failed. */
  readonly step?: string;
  /** The last lines that the failing command printed. */
  readonly why?: string;
  /** A command or a sentence that someone on call can follow now. */
  readonly fix: string;
};

/** An error that can be told to a person: what, where, why, what now. */
export class RollbackError extends Error {
  override readonly name = 'RollbackError';
  readonly failures: readonly Failure[];

  constructor(failures: Failure | readonly [Failure, ...Failure[]], options?: ErrorOptions) {
    const all: readonly Failure[] = 'what' in failures ? [failures] : failures;
    super(all.map(sentence).join('\n'), options);
    this.failures = all;
  }
}

/** @throws RollbackError with all of them, when there are any. */
export function refuseIfAny(failures: readonly Failure[]): void {
  const [first, ...rest] = failures;
  if (first !== undefined) throw new RollbackError([first, ...rest]);
}

/** `web-2: the unit x.service is not known (unknown-unit). To do: …` */
export function sentence(failure: Failure): string {
  const where = failure.host === undefined ? '' : `${failure.host}: `;
  const why = failure.why === undefined || failure.why === '' ? '' : `: ${failure.why}`;
  return `${where}${failure.what}${why}. ${failure.fix}`;
}

/** The message of anything that was thrown; never its inspected form, which can carry requests and headers. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A failure that was expected somewhere tells itself; any other is a mistake in this program, and says so. */
export function failuresIn(thrown: unknown): readonly Failure[] {
  if (thrown instanceof RollbackError) return thrown.failures;
  return [{ code: 'step-failed', what: 'this action failed in a way that it should not', why: messageOf(thrown), fix: 'Look at the hosts, and report this with the log (re-run with debug logging).' }];
}
