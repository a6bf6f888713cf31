/** What the guard tells: a sentence, a summary, outputs. Pure. */
import type { GuardReport } from '../guards/outcome.ts';
import type { Annotation } from './annotations.ts';
import { line, text } from './escape.ts';

/** One sentence, plain text: may this commit be deployed. */
export function guardHeadline({ verdict, commit, run }: GuardReport): string {
  const place = line(run.environment, 40) || 'production';
  const may = verdict.allowed ? 'may be deployed' : 'must not be deployed';
  return line(`Commit ${commit.slice(0, 7)} ${may} to ${place}: ${verdict.reason}.`, 600);
}

/** Markdown for the job's summary. */
export function guardSummary(report: GuardReport): string {
  const { verdict, notes } = report;
  const mark = verdict.allowed ? (verdict.code === '' ? '✅' : '⚠️') : '⛔';
  return `${[
    `### ${mark} ${text(guardHeadline(report), 600)}`,
    ...(verdict.fix === '' ? [] : [`**What to do now:** ${text(verdict.fix, 600)}`]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${text(note, 300)}`).join('\n')]),
  ].join('\n\n')}\n`;
}

/** The outputs, by their names in guard/action.yml. */
export function guardOutputs({ verdict }: GuardReport): Readonly<Record<string, string>> {
  return { allowed: String(verdict.allowed), 'reason-code': verdict.code, reason: line(verdict.reason, 600) };
}

export function guardAnnotations(report: GuardReport): readonly Annotation[] {
  const { verdict, notes } = report;
  const level = verdict.allowed ? (verdict.code === '' ? 'notice' : 'warning') : 'error';
  return [{ level, title: 'Guard', message: line(`${guardHeadline(report)} ${verdict.fix}`.trim(), 1000) }, ...notes.slice(0, 9).map((note): Annotation => ({ level: 'warning', title: 'Worth knowing', message: line(note, 1000) }))];
}
