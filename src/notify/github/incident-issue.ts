/** An issue that says what is going on, and at the end what was: the incident report. It is closed by nobody but people. */
import type { Report, Result } from '../../outcome.ts';
import { code, line, link, text } from '../../report/escape.ts';
import { incidentReport } from '../../report/incident.ts';
import { count, moment } from '../../report/quantity.ts';
import { calledOf, describe } from '../../report/release.ts';
import type { Event } from '../event.ts';
import type { Memory, NotifierOf } from '../notifier.ts';
import { cutMarkdown } from './cut.ts';
import { missing, noToken } from '../missing.ts';
import type { GitHub } from './port.ts';

const name = 'GitHub incident issue';

export const incidentIssue: NotifierOf = ({ incidentIssue: asked, incidentLabels: labels, dryRun, drill }, { github, memory }) => {
  // A drill is no incident.
  if (!asked || dryRun || drill) return undefined;
  if (github === undefined) return missing(name, noToken);
  return {
    name,
    async tell(event, signal) {
      switch (event.kind) {
        case 'begun':
          return write({ title: titleOf(event), body: goingOn(event) }, github, signal);
        case 'ended': {
          if (!isIncident(event.report) && numberIn(memory) === undefined) return;
          return write({ title: `${titleOf(event)}: ${became[event.report.result]}`, body: atTheEnd(event.report) }, github, signal);
        }
        case 'executing':
        case 'verifying':
        case 'undoing':
        case 'taken-up':
      }
    },
  };

  async function write(issue: { readonly title: string; readonly body: string }, to: GitHub, signal: AbortSignal): Promise<void> {
    const number = numberIn(memory);
    if (number !== undefined) return to.updateIssue(number, issue, signal);
    const opened = await to.createIssue({ ...issue, labels }, signal);
    memory.set('incident-number', String(opened.number));
    memory.set('incident-url', opened.url);
  }
};

const became: Readonly<Record<Result, string>> = {
  'rolled-back': 'rolled back', unchanged: 'nothing to do', planned: 'dry run', refused: 'refused, nothing was touched', undone: 'not rolled back, everything is as it was found',
  failed: 'needs a person', cancelled: 'cancelled',
};

/** A mistake in a workflow is none, and neither is a run that found nothing to do. */
function isIncident({ result, reasonCode }: Report): boolean {
  return result !== 'unchanged' && result !== 'planned' && reasonCode !== 'invalid-input';
}

/** Plain text: GitHub mentions nobody and links nothing in a title. Of 256 characters at most. */
function titleOf({ run, from, to }: Event): string {
  const way = from === undefined || to === undefined ? '' : `: ${calledOf(from)} → ${calledOf(to)}`;
  return line(`Rollback of ${line(run.environment, 60)}${way}`, 200);
}

function goingOn({ run, from, to, time, ...event }: Event & { readonly kind: 'begun' }): string {
  return [
    `**A rollback of ${text(run.environment, 60)} is under way.** This issue is written anew when it has ended. ${run.url === '' ? '' : link('The log', run.url)}`.trimEnd(),
    [
      `- From: ${from === undefined ? 'unknown' : text(describe(from))}`,
      `- To: ${to === undefined ? 'unknown' : text(describe(to))}`,
      `- Why: ${run.reason === '' ? 'no reason was given' : text(run.reason)}`,
      `- Started by: ${text(run.actor, 60)} (${code(run.trigger, 60)}), method ${code(run.method, 40)}, on ${count(event.hosts.length, 'host')}`,
      ...(run.detectedAt === undefined ? [] : [`- Trouble detected: ${moment(run.detectedAt)}`]),
      `- Begun: ${moment(time)}; nothing was changed before`,
      ...(event.takesUp === undefined ? [] : [`- It takes up the run ${code(event.takesUp, 120)}, which died`]),
    ].join('\n'),
  ].join('\n\n');
}

function atTheEnd(report: Report): string {
  const where = report.run.url === '' ? 'the run\'s incident report' : link('the run', report.run.url);
  return cutMarkdown(incidentReport(report), `**Cut here**, as GitHub takes no more than 65,536 characters. The summary of ${where} and its incident report have the rest.`);
}

function numberIn(memory: Memory): number | undefined {
  const number = Number(memory.get('incident-number'));
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
