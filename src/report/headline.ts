import type { Report, Result } from '../outcome.ts';
import { line } from './escape.ts';
import { downtimeInWords, lossInWords, runSeconds } from './impact.ts';
import { count, duration } from './quantity.ts';
import { describe, destination } from './release.ts';
import { standing } from './standing.ts';

/** The one mark of a summary. */
export const marks: Readonly<Record<Result, string>> = {
  'rolled-back': '✅',
  unchanged: '✅',
  planned: '🔎',
  refused: '⛔',
  undone: '↩️',
  failed: '❌',
  cancelled: '⏹️',
};

/** One sentence, plain text, that a frightened person understands: what became of the run and where production stands. */
export function headline(report: Report): string {
  const place = line(report.run.environment, 40) || 'production';
  return line(capitalised(report.run.drill === true ? ofDrill(report, place) : sentence(report, place)), 600);
}

/** That nobody was in trouble comes first. */
function ofDrill(report: Report, place: string): string {
  const { result, drill } = report;
  if (result !== 'rolled-back' || drill === undefined) return `drill: ${sentence(report, place)}`;
  return `drill passed: ${place} went back to ${target(report)} in ${duration(drill.backSeconds)} and forward again in ${duration(drill.forwardSeconds)}; ${downtimeInWords(report)}; everything is as it was found.`;
}

function sentence(report: Report, place: string): string {
  switch (report.result) {
    case 'rolled-back':
      return `${place} is back on ${target(report)} in ${duration(runSeconds(report))}; ${downtimeInWords(report)}; ${lossInWords(report)}.`;
    case 'unchanged':
      return `nothing to do: ${place} is already on ${target(report)}${health(report)}.`;
    case 'planned':
      return `dry run: ${place} would go back${report.from === undefined ? '' : ` from ${describe(report.from)}`} to ${target(report)}${undoing(report)}; nothing was changed.`;
    case 'refused':
      return `nothing was touched: ${cause(report, 'the rollback was refused')}.`;
    case 'undone':
      return `not rolled back: everything is as it was found${found(report)}, because ${cause(report, 'the rollback did not succeed')}.`;
    case 'failed':
      return `needs a person: ${cause(report, 'the rollback failed')}${stands(report, `the state of ${place} is not known`)}.`;
    case 'cancelled':
      return `cancelled: ${cancelledState(report, place)}.`;
  }
}

function target(report: Report): string {
  return destination(report, 'the release it should be on');
}

function found({ from }: Report): string {
  return from === undefined ? '' : `, on ${describe(from)}`;
}

function health({ health: found }: Report): string {
  switch (found) {
    case 'healthy': return ' and healthy';
    case 'unhealthy': return ', but it is not healthy';
    case 'unknown': return '; its health was not measured';
  }
}

function undoing({ commitCount, migrations, hosts }: Report): string {
  const parts = [
    ...(commitCount > 0 ? [count(commitCount, 'commit')] : []),
    ...(migrations.length > 0 ? [count(migrations.length, 'migration')] : []),
  ];
  const where = hosts.length > 0 ? ` on ${count(hosts.length, 'host')}` : '';
  return parts.length === 0 ? where : `, undoing ${parts.join(' and ')}${where}`;
}

/** Why, in a few words: the first reason, and how many more there are. */
export function cause({ failures }: Pick<Report, 'failures'>, otherwise: string): string {
  const [first, ...more] = failures;
  if (first === undefined) return otherwise;
  const what = line(first.what, 200).replace(/\.$/, '');
  const where = first.host === undefined || what.includes(first.host) ? '' : ` (on ${line(first.host, 80)})`;
  return `${what}${where}${more.length === 0 ? '' : `, and ${count(more.length, 'more problem')}`}`;
}

function stands(report: Report, otherwise: string): string {
  return `; ${standing(report) || otherwise}`;
}

function cancelledState(report: Report, place: string): string {
  const results = new Set(report.hosts.map(({ result }) => result));
  if (results.size === 0) return touched(report) ? `the state of ${place} is not known` : 'nothing was touched';
  if (results.isSubsetOf(new Set(['untouched', 'unchanged']))) return `nothing was touched${found(report)}`;
  if (results.isSubsetOf(new Set(['untouched', 'unchanged', 'undone']))) return `everything is as it was found${found(report)}`;
  return `it stopped half-way; ${standing(report)}`;
}

function touched({ plan, timeline }: Report): boolean {
  const touching = new Set(plan.stages.filter(({ touches }) => touches).map(({ name }) => name));
  return timeline.some(({ stage }) => touching.has(stage));
}

export function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
