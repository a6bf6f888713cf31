/**
 * What the public is told of an event: the status of the incident, and words that name nothing internal (no host, no release, no commit, no reason, no
 * repository) and promise nothing. The table of it is in docs/notifications.md.
 */
import type { Report } from '../outcome.ts';
import { lostRowCount } from '../report/impact.ts';
import type { Event } from './event.ts';

/** In the order in which an incident goes through them, and never back. https://developer.statuspage.io/ */
export const statuses = ['investigating', 'identified', 'monitoring', 'resolved'] as const;

export type IncidentStatus = (typeof statuses)[number];

export type PublicWord = {
  /** The least that is true; an incident that is further on stays there, and says the words. */
  readonly status: IncidentStatus;
  readonly body: string;
  /**
   * `open`: only of an incident that is open, this run's or one that an earlier run left; none is opened in order to say it.
   * `told`: only where this run told the public something before: another run may be at work on what is open.
   */
  readonly onlyOf?: 'open' | 'told';
};

/** Above the words, the whole time: it has to be true at the beginning and in the end. */
export const incidentName = 'Returning the service to an earlier state';

/** Undefined where the public is told nothing: drills, dry runs, and runs that ended before they changed anything. */
export function publicWord(event: Event): PublicWord | undefined {
  const { run } = event;
  if (run.drill === true || run.dryRun) return undefined;
  const said = (status: IncidentStatus, ...words: readonly string[]): PublicWord => ({ status, body: words.filter((each) => each !== '').join(' ') });
  switch (event.kind) {
    case 'begun': return said('investigating', 'There is a problem with the service. We are preparing to return it to an earlier state.');
    case 'executing': return said('identified', 'We are returning the service to an earlier state. It may not be available for a short time.');
    case 'verifying': return said('monitoring', 'The service was returned to an earlier state. We are checking that it works.');
    case 'undoing': return said('identified', 'Returning the service to an earlier state did not succeed. We are taking back what was changed.');
    case 'taken-up': return said('identified', 'Returning the service to an earlier state was interrupted. We are bringing it to an orderly end.');
    case 'ended': return ended(event.report, said);
  }
}

function ended(report: Report, said: (status: IncidentStatus, ...words: readonly string[]) => PublicWord): PublicWord | undefined {
  const unsolved = 'The problem is not solved yet.';
  const now = healthInWords[report.health];
  switch (report.result) {
    case 'rolled-back':
      return { ...said('resolved', 'The service was returned to an earlier state. It was checked, and works.', (lostRowCount(report) ?? 0) > 0 ? 'Some data that was entered shortly before is not available at the moment.' : ''), onlyOf: 'open' };
    case 'unchanged':
      return report.health === 'healthy' ? { ...said('resolved', 'The service was checked, and works. Nothing had to be changed.'), onlyOf: 'open' } : undefined;
    case 'planned': return undefined;
    case 'refused': return { ...said('investigating', 'The service could not be returned to an earlier state. Nothing was changed.', now, unsolved), onlyOf: 'told' };
    case 'undone': return said('identified', 'Returning the service to an earlier state did not succeed, and everything is as it was before.', now, unsolved);
    case 'failed': return said('identified', 'Returning the service to an earlier state did not succeed, and needs further work.', now, unsolved);
    case 'cancelled': return said('identified', 'Returning the service to an earlier state was stopped before its end.', now, unsolved);
  }
}

const healthInWords: Readonly<Record<Report['health'], string>> = {
  healthy: 'The service answers.', unhealthy: 'The service does not work as it should at the moment.', unknown: '',
};

/** @returns the later of two */
export function forward(one: IncidentStatus, other: IncidentStatus): IncidentStatus {
  return statuses.indexOf(one) > statuses.indexOf(other) ? one : other;
}
