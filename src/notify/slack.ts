/** Slack, by an incoming webhook: one message that says what is going on, and one that says how it ended. */
import { sentence as failureSentence, type Failure } from '../errors.ts';
import type { Report, Result } from '../outcome.ts';
import { line } from '../report/escape.ts';
import { marks } from '../report/headline.ts';
import { downtimeInWords, lossInWords, recoverySeconds, runSeconds } from '../report/impact.ts';
import { clock, count, duration, listed, moment } from '../report/quantity.ts';
import { describe } from '../report/release.ts';
import { standing } from '../report/standing.ts';
import { facts, fallback, header, linked, section, type Block } from './block-kit.ts';
import type { Event } from './event.ts';
import type { NotifierOf } from './notifier.ts';
import { accepted } from './refused.ts';
import { isNews, placeOf, sentenceOf } from './words.ts';

/** What is sent to an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export type SlackMessage = { readonly text: string; readonly mrkdwn: false; readonly blocks: readonly Block[] };

/** Undefined without `slack-webhook-url`. Slack takes one message a second: https://docs.slack.dev/apis/web-api/rate-limits */
export const slack: NotifierOf = ({ slackWebhookUrl: url }, { send }) => url && {
  name: 'Slack',
  spacing: 1000,
  async tell(event, signal) {
    const body = slackMessage(event);
    if (body !== undefined) accepted(await send({ method: 'POST', url, body, signal }));
  },
};

/** Undefined for what is not told there: a webhook cannot change a message, so that each one more would be noise. */
export function slackMessage(event: Event): SlackMessage | undefined {
  if (!isNews(event)) return undefined;
  switch (event.kind) {
    case 'begun':
    case 'taken-up': return message(event, '⏪', facts(begun(event)), []);
    case 'ended': return message(event, marks[event.report.result], facts(ended(event.report)), problems(event.report));
    case 'executing':
    case 'verifying':
    case 'undoing': return undefined;
  }
}

function message(event: Event, mark: string, fields: readonly Block[], more: readonly Block[]): SlackMessage {
  const said = sentenceOf(event);
  const { run, time } = event;
  const small = [`${line(run.repository, 140)}, run ${line(run.id, 60)}`, moment(time), ...(run.drill === true ? ['this is a drill'] : [])].join('; ');
  return { text: fallback(`${mark} ${said}`), mrkdwn: false, blocks: [header(`${mark} ${titleOf(event)}`), section(said), ...fields, ...more, linked('Log of the run', run.url, small)] };
}

function titleOf(event: Event): string {
  const place = placeOf(event);
  const drill = event.run.drill === true;
  const what = `${drill ? 'Drill' : 'Rollback'} of ${place}`;
  switch (event.kind) {
    case 'ended': return `${what}: ${drill && event.report.result === 'rolled-back' ? 'passed' : resultInWords[event.report.result]}`;
    case 'taken-up': return `${what}: interrupted`;
    case 'begun': return `${what}: begun`;
    case 'executing':
    case 'verifying':
    case 'undoing': return what;
  }
}

const resultInWords: Readonly<Record<Result, string>> = {
  'rolled-back': 'done', unchanged: 'nothing to do', planned: 'planned', refused: 'refused', undone: 'undone', failed: 'needs a person', cancelled: 'cancelled',
};

type Pairs = readonly (readonly [string, string])[];

function begun(event: Event): Pairs {
  const { run, from, to } = event;
  return [
    ['From', from === undefined ? '' : describe(from)],
    ['To', to === undefined ? '' : describe(to)],
    ['Hosts', event.kind === 'begun' ? listed(event.hosts.map((host) => line(host, 60))) : ''],
    ['Method', line(run.method, 40)],
    ...who(event.run),
  ];
}

function ended(report: Report): Pairs {
  const { run, from, to, result } = report;
  const recovery = recoverySeconds(report);
  const touched = result !== 'refused';
  return [
    ['From', from === undefined ? '' : describe(from)],
    ['To', to === undefined ? '' : describe(to)],
    ['Time', `${clock(run.startedAt)} to ${clock(run.endedAt)} UTC: ${duration(runSeconds(report))}${recovery === undefined ? '' : `, ${duration(recovery)} from the detection`}`],
    ['Downtime', touched ? downtimeInWords(report) : ''],
    ['Data', touched ? lossInWords(report) : ''],
    ['Production', standing(report)],
    ['Health', report.health === 'unknown' ? 'not measured' : report.health],
    ['Reason code', report.reasonCode],
    ...who(run),
  ];
}

function who({ actor, trigger, reason }: Event['run']): Pairs {
  return [['Started by', `${line(actor, 60)}${trigger === '' ? '' : ` (${line(trigger, 60)})`}`], ['Reason', reason === '' ? '' : line(reason, 300)]];
}

/** What went wrong and what to do now, the first five. */
function problems({ failures }: Report): readonly Block[] {
  const [shown, more] = [failures.slice(0, 5), failures.length - 5];
  if (shown.length === 0) return [];
  return [section([...shown.map((failure) => `• ${line(failureSentence(withoutStop(failure)), 500)}`), ...(more > 0 ? [`• ${count(more, 'more problem')}: see the log`] : [])].join('\n'))];
}

/** What a command printed ends as it likes; the sentence has a full stop of its own. */
function withoutStop({ why, ...failure }: Failure): Failure {
  return why === undefined ? failure : { ...failure, why: why.slice(-5000).replace(/[.\s]+$/, '') };
}
