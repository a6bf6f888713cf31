/** What is told of an event, in one plain sentence: the same to everyone inside. Plain text, to be escaped by whoever shows it. */
import { line } from '../report/escape.ts';
import { capitalised, cause, headline } from '../report/headline.ts';
import { count } from '../report/quantity.ts';
import { describe } from '../report/release.ts';
import type { Event } from './event.ts';

/** `Rolling production back from v3 (c3d4e5f "…") to v2 (a1b2c3d "…") on 3 hosts.` At most 800 characters. */
export function sentenceOf(event: Event): string {
  return line(capitalised(marked(event, sentence(event))), 800);
}

function sentence(event: Event): string {
  const place = placeOf(event);
  switch (event.kind) {
    case 'begun':
      return event.takesUp === undefined ? `rolling ${place} back${way(event)} on ${count(event.hosts.length, 'host')}.` : `going on with the rollback of ${place} that run ${line(event.takesUp, 60)} left unfinished${way(event) === '' ? '' : `,${way(event)}`}.`;
    case 'executing': return `${place} is being taken back${way(event)}.`;
    case 'verifying': return `${place} was taken back${way(event)}, and is being verified.`;
    case 'undoing': return `what was done to ${place} is being undone, because ${cause(event, 'the rollback did not succeed')}.`;
    case 'taken-up': return `the rollback of ${place} was interrupted, and is being brought to its end.`;
    case 'ended': return headline(event.report);
  }
}

/** Nobody may take a drill for an emergency. The headline says so itself. */
function marked({ kind, run }: Event, words: string): string {
  return run.drill === true && kind !== 'ended' ? `drill: ${words}` : words;
}

/** ` from … to …`, as far as it is known. */
function way({ from, to }: Event): string {
  if (to === undefined || from?.sha === to.sha) return '';
  return `${from === undefined ? '' : ` from ${describe(from)}`} to ${describe(to)}`;
}

/** What is rolled back, as people call it: the environment. */
export function placeOf({ run }: Pick<Event, 'run'>): string {
  return line(run.environment, 40) || 'production';
}

/** Whether people are told of it: a dry run, and a run that had nothing to do, are no news to anybody. */
export function isNews(event: Event): boolean {
  if (event.run.dryRun) return false;
  return event.kind !== 'ended' || (event.report.result !== 'unchanged' && event.report.result !== 'planned');
}
