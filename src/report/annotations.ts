import { sentence, type Failure } from '../errors.ts';
import type { CheckResult, Report } from '../outcome.ts';
import { line } from './escape.ts';
import { headline } from './headline.ts';

export type Annotation = { readonly level: 'error' | 'warning' | 'notice'; readonly title: string; readonly message: string };

/** GitHub shows no more of one level than this for a step. */
const most = 10;

/** What GitHub shows beside the job: errors (with what to do), failed checks, notes; one notice when all is well. Plain text. */
export function annotations(report: Report): readonly Annotation[] {
  return [...limited(errors(report)), ...limited(warnings(report)), ...notices(report)];
}

function errors({ failures, checks }: Report): readonly Annotation[] {
  return [
    ...failures.map(aboutFailure),
    ...checks.filter((check) => check.verdict === 'failed' && !failures.some(({ host, why }) => host === check.host && why === check.message)).map((check) => aboutCheck('error', 'failed', check)),
  ];
}

function warnings({ notes, checks }: Report): readonly Annotation[] {
  return [
    ...checks.filter(({ verdict }) => verdict === 'unknown').map((check) => aboutCheck('warning', 'could not be measured', check)),
    ...notes.map(aboutNote),
  ];
}

function notices(report: Report): readonly Annotation[] {
  const well = report.result === 'rolled-back' || report.result === 'unchanged' || report.result === 'planned';
  return well ? [{ level: 'notice', title: 'Rollback', message: headline(report) }] : [];
}

/** The same of an action that only has failures and notes. */
export function annotationsOf({ failures, notes }: Pick<Report, 'failures' | 'notes'>): readonly Annotation[] {
  return [...limited(failures.map(aboutFailure)), ...limited(notes.map(aboutNote))];
}

function aboutFailure(failure: Failure): Annotation {
  return { level: 'error', title: title(failure.what, failure.host), message: line(sentence(failure), 1_000) };
}

function aboutNote(note: string): Annotation {
  return { level: 'warning', title: 'Worth knowing', message: line(note, 1_000) };
}

function aboutCheck(level: Annotation['level'], became: string, { kind, name, host, message }: CheckResult): Annotation {
  const what = `${kind === 'health' ? 'Health check' : 'Smoke test'} ${line(name, 100)} ${became}`;
  return { level, title: title(what, host), message: line(message, 1_000) };
}

function title(what: string, host: string | undefined): string {
  return line(host === undefined ? what : `${line(host, 80)}: ${what}`, 160);
}

function limited(all: readonly Annotation[]): readonly Annotation[] {
  const [first] = all;
  if (first === undefined || all.length <= most) return all;
  const left = all.length - most + 1;
  return [...all.slice(0, most - 1), { level: first.level, title: `And ${String(left)} more`, message: 'The summary of this run names them.' }];
}
