/** Any program, by one JSON POST per event: schemas/webhook.schema.json says what is in it. */
import { line } from '../report/escape.ts';
import { measuredDowntime, lostRowCount, recoverySeconds, runSeconds } from '../report/impact.ts';
import type { Failure } from '../errors.ts';
import type { HostReport, Release, Report } from '../outcome.ts';
import type { Event } from './event.ts';
import type { NotifierOf } from './notifier.ts';
import { accepted } from './refused.ts';
import { sentenceOf } from './words.ts';

/** Undefined without `webhook-url`. */
export const webhook: NotifierOf = ({ webhookUrl: url }, { send }) => url && {
  name: 'The webhook',
  async tell(event, signal) {
    accepted(await send({ method: 'POST', url, body: webhookBody(event), signal }));
  },
};

/** The words of others are cut, so that a body stays well below what small servers take. */
const [most, longText, shortText] = [256, 500, 255] as const;

/** Every key is always there: what is not known is null. Times are ISO 8601 in UTC, lengths are seconds. */
export function webhookBody(event: Event) {
  const { run, from, to } = event;
  const report = event.kind === 'ended' ? event.report : undefined;
  return {
    version: 1,
    event: event.kind,
    time: isoOf(event.time),
    text: callingNobody(sentenceOf(event)),
    url: run.url,
    drill: run.drill === true,
    dryRun: run.dryRun,
    run: {
      id: line(run.id, shortText), repository: line(run.repository, shortText), serverUrl: run.serverUrl, environment: line(run.environment, shortText), method: line(run.method, shortText),
      trigger: line(run.trigger, shortText), actor: line(run.actor, shortText), reason: line(run.reason, longText),
      startedAt: isoOf(run.startedAt), detectedAt: run.detectedAt === undefined ? null : isoOf(run.detectedAt), endedAt: report === undefined ? null : isoOf(report.run.endedAt),
    },
    takesUp: event.kind === 'begun' && event.takesUp !== undefined ? line(event.takesUp, shortText) : null,
    from: releaseOf(report?.from ?? from),
    to: releaseOf(report?.to ?? to),
    ...outcomeOf(report),
    hosts: event.kind === 'begun' ? event.hosts.slice(0, most).map(hostNamed) : (report?.hosts ?? []).slice(0, most).map(hostOf),
    failures: (event.kind === 'undoing' ? event.failures : (report?.failures ?? [])).slice(0, 20).map(failureOf),
  };
}

/** Null, all of it, before the run has ended. */
function outcomeOf(report: Report | undefined) {
  if (report === undefined) return { result: null, reasonCode: null, health: null, seconds: null, recoverySeconds: null, downtimeSeconds: null, downtimeCausedSeconds: null, dataLossRows: null };
  const downtime = measuredDowntime(report);
  return {
    result: report.result, reasonCode: report.reasonCode === '' ? null : report.reasonCode, health: report.health,
    seconds: runSeconds(report), recoverySeconds: recoverySeconds(report) ?? null,
    downtimeSeconds: downtime?.total ?? null, downtimeCausedSeconds: downtime?.caused ?? null, dataLossRows: lostRowCount(report) ?? null,
  };
}

function releaseOf(release: Release | undefined) {
  if (release === undefined) return null;
  return { release: line(release.sha, shortText), name: release.names[0] === undefined ? null : line(release.names[0], shortText), subject: line(release.subject, shortText) };
}

function hostNamed(host: string) {
  return { host: line(host, shortText), result: null, from: null, to: null, seconds: null, message: '' };
}

function hostOf({ host, result, from, to, seconds, message }: HostReport) {
  return { host: line(host, shortText), result, from: line(from, shortText), to: line(to, shortText), seconds, message: line(message, longText) };
}

function failureOf({ code, what, host, fix }: Failure) {
  return { code, what: line(what, longText), host: host === undefined ? null : line(host, shortText), fix: line(fix, longText) };
}

/** So that the sentence can be posted as it is: Discord, Mattermost and Slack call people by `@here`, `<@123>` and `<!channel>`. */
function callingNobody(words: string): string {
  return words.replaceAll(/(?<!\w)@(?=\w)/g, '@\u200b').replaceAll(/<(?=[@!#&])/g, '<\u200b');
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
