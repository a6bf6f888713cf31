/** The door of the guard action. */
import { setFailed } from '@actions/core';
import { actionsLog, tellDebuggers } from './adapters/actions/log.ts';
import { annotate, writeOutputs, writeSummary } from './adapters/actions/results.ts';
import { runIdentity } from './adapters/actions/run.ts';
import { systemClock } from './adapters/clock.ts';
import { configFileOf, endWhenCancelled, openDoor, takeRaw, workspace } from './adapters/door.ts';
import { lineage } from './adapters/lineage.ts';
import { reachOne } from './adapters/reach.ts';
import { rollbackRecords } from './adapters/rollback-records.ts';
import { isSha } from './commands/git.ts';
import { failuresIn, RollbackError, sentence } from './errors.ts';
import { guard } from './guarding.ts';
import type { GuardReport } from './guards/outcome.ts';
import { readGuardInputs, type GuardInputs } from './inputs/guard.ts';
import type { RunStart } from './recording.ts';
import { annotationsOf } from './report/annotations.ts';
import { guardAnnotations, guardHeadline, guardOutputs, guardSummary } from './report/guard.ts';

const startedAt = systemClock.now();
const notKnown = { allowed: 'false', 'reason-code': 'unknown' };

async function main(): Promise<void> {
  const raw = takeRaw();
  const ending = endWhenCancelled({ ...notKnown, reason: 'the guard was cancelled' }, 'nothing was changed; whether the commit may be deployed is not known.');
  try {
    const inputs = readGuardInputs(raw, await configFileOf(raw));
    const run: RunStart = { ...runIdentity(process.env), startedAt, method: 'guard', dryRun: false, environment: inputs.environment, reason: inputs.reason ?? '' };
    const report = await guard(inputs, run, commitOf(inputs), worldOf(inputs, run));
    ending.settled();
    tell(report);
  } catch (thrown) {
    ending.settled();
    tellDebuggers(thrown);
    const failures = failuresIn(thrown);
    writeOutputs({ ...notKnown, reason: failures.map(sentence).join(' ') });
    annotate(annotationsOf({ failures, notes: [] }));
    setFailed(`Nothing is known of this commit, so it must not be deployed: ${failures.map(sentence).join('\n')}`);
  }
}

/** What a rollback is remembered by are full SHAs. */
function commitOf({ commit }: GuardInputs): string {
  const sha = (commit ?? process.env['GITHUB_SHA'] ?? '').toLowerCase();
  if (isSha(sha)) return sha;
  throw new RollbackError({ code: 'invalid-input', what: `Input "commit" must be a full SHA${sha === '' ? ', and the workflow\'s run names none' : ''}`, fix: 'Set commit: ${{ github.sha }}.' });
}

function worldOf(inputs: GuardInputs, run: RunStart): Parameters<typeof guard>[3] {
  const github = { token: inputs.githubToken, repository: run.repository, environment: run.environment, apiUrl: process.env['GITHUB_API_URL'] };
  return { connect: reachOne(inputs, run), records: () => rollbackRecords(github), compare: lineage({ ...github, workspace }) };
}

/** Outputs, summary, annotations, the job's end. */
function tell(report: GuardReport): void {
  writeOutputs(guardOutputs(report));
  const page = guardSummary(report);
  if (!writeSummary(page)) actionsLog.group('Summary', page);
  annotate(guardAnnotations(report));
  if (report.verdict.allowed) actionsLog.info(guardHeadline(report));
  else setFailed(`${guardHeadline(report)} ${report.verdict.fix}`.trim());
}

// It only asks: nothing is left for `post`.
await openDoor(main, () => Promise.resolve());
