import type { Backup, CheckResult, HostReport, Report } from '../outcome.ts';
import { planAsJson } from '../plan.ts';
import { clean, line } from './escape.ts';
import { lostRowCount, measuredDowntime, recoverySeconds, runSeconds } from './impact.ts';

/** What is known only where the report is written; empty when there is none. */
export type Places = { readonly incidentReport: string; readonly incidentUrl: string; readonly deploymentId: string };

/** Of a host, a release, a step: longer than any real one. */
const longestName = 255;

/**
 * Characters for each JSON output. GitHub takes 1 MiB for all outputs of a job together, counted in UTF-16: two bytes a character.
 */
const room = { plan: 150_000, checks: 90_000, hosts: 90_000, backup: 20_000 };

/** The outputs of the rollback, by their names in action.yml. Sizes are kept by cutting messages first, then the ends of lists. */
export function outputs(report: Report, places: Places): Readonly<Record<string, string>> {
  const { result, reasonCode, from, to, restored, health, checks } = report;
  const smoke = checks.filter(({ kind }) => kind === 'smoke');
  const downtime = measuredDowntime(report);
  const rows = lostRowCount(report);
  return {
    result,
    'reason-code': reasonCode,
    from: line(from?.sha ?? '', longestName),
    to: line(restored?.dataOnly === true ? restored.backup : (to?.sha ?? ''), longestName),
    health,
    'health-results': array(failedFirst(checks.filter(({ kind }) => kind === 'health')), check, room.checks),
    'smoke-tests': array(failedFirst(smoke), check, room.checks),
    'smoke-passed': String(smoke.filter(({ verdict }) => verdict === 'passed').length),
    'smoke-failed': String(smoke.filter(({ verdict }) => verdict === 'failed').length),
    hosts: array(report.hosts, host, room.hosts),
    backup: backupOutput(report.backups),
    'duration-seconds': runSeconds(report).toFixed(1),
    'forward-seconds': report.drill?.forwardSeconds.toFixed(1) ?? '',
    'recovery-seconds': recoverySeconds(report)?.toFixed(1) ?? '',
    'downtime-seconds': downtime?.total.toFixed(1) ?? '',
    'downtime-caused-seconds': downtime?.caused.toFixed(1) ?? '',
    'data-loss-rows': rows === undefined ? '' : String(rows),
    plan: planOutput(report),
    'incident-report': places.incidentReport,
    'incident-url': places.incidentUrl,
    'deployment-id': places.deploymentId,
  };
}

function check({ name, url, host: on, verdict, status, milliseconds, tries, message }: CheckResult, longest: number): unknown {
  return {
    name: cut(name, longest), url: cut(url, longest), host: on === undefined ? null : cut(on, longestName), passed: verdict === 'unknown' ? null : verdict === 'passed',
    status: status ?? null, milliseconds: milliseconds ?? null, tries, message: cut(message, longest),
  };
}

function host({ host: name, result, from, to, seconds, message }: HostReport, longest: number): unknown {
  return { host: cut(name, longestName), result, from: cut(from, longestName), to: cut(to, longestName), seconds, message: cut(message, longest) };
}

/** The output `backup`, of every action that saves something. */
export function backupOutput(backups: readonly Backup[]): string {
  return array(backups, backup, room.backup);
}

function backup({ kind, host: on, location, bytes, sha256 }: Backup): unknown {
  return { kind, host: cut(on, longestName), location: cut(location, 4 * longestName), bytes, sha256: cut(sha256, longestName) };
}

/** What a workflow asks for first stays when a list is cut. */
function failedFirst(checks: readonly CheckResult[]): readonly CheckResult[] {
  return [...checks.filter(({ verdict }) => verdict !== 'passed'), ...checks.filter(({ verdict }) => verdict === 'passed')];
}

function array<Item>(items: readonly Item[], json: (item: Item, longest: number) => unknown, limit: number): string {
  for (const longest of [2_000, 500, 120, 40]) {
    const whole = JSON.stringify(items.map((item) => json(item, longest)));
    if (whole.length <= limit) return whole;
  }
  return JSON.stringify(upTo(items.map((item) => json(item, 40)), limit));
}

function planOutput({ plan }: Report): string {
  for (const longest of [200, 60, 20]) {
    const stages = plan.stages.map((stage) => ({
      ...stage,
      name: cut(stage.name, longest),
      steps: stage.steps.map((step) => ({
        ...step, id: cut(step.id, longestName), host: cut(step.host, longestName), title: cut(step.title, longest),
        ...(step.undo === undefined ? {} : { undo: { ...step.undo, title: cut(step.undo.title, longest) } }),
      })),
    }));
    const whole = planAsJson({ stages });
    if (whole.length <= room.plan) return whole;
  }
  const share = Math.floor(room.plan / plan.stages.length) - 200;
  const stages = plan.stages.map(({ name, steps }) => ({
    name: cut(name, 60),
    steps: upTo(steps.map(({ id, title, host: on, undo }) => ({ id: cut(id, longestName), title: cut(title, 20), host: cut(on, longestName), undo: undo === undefined ? null : cut(undo.title, 20) })), share),
  }));
  return JSON.stringify({ stages: upTo(stages, room.plan) });
}

function upTo<Item>(items: readonly Item[], limit: number): readonly Item[] {
  let used = 2;
  const end = items.findIndex((item) => (used += JSON.stringify(item).length + 1) > limit);
  return end === -1 ? items : items.slice(0, end);
}

function cut(words: string, longest: number): string {
  const plain = clean(words.slice(0, longest * 2));
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 1).toWellFormed()}…`;
}
