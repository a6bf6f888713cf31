/**
 * What was measured of a run, in the description of its deployment's last status: GitHub lets nobody change a payload, and a status has no other
 * room. A line that a person reads, and that is read back for metrics.
 */
import { reasonCodes, type ReasonCode } from '../../errors.ts';
import type { Report, Result } from '../../outcome.ts';
import { changesDatabase, lostRowCount, measuredDowntime, recoverySeconds, runSeconds } from '../../report/impact.ts';

/** Times are seconds with one decimal. What is absent was not measured. */
export type Measured = {
  readonly result: Result;
  readonly reasonCode: ReasonCode | '';
  /** From the start of the run to its end. */
  readonly seconds: number;
  /** From the detection of the trouble to the end of the run. */
  readonly recoverySeconds?: number;
  /** Of a drill that passed: until production was back, and from there until it was as it was found. */
  readonly drill?: { readonly backSeconds: number; readonly forwardSeconds: number };
  /** `caused`: from the first change on. */
  readonly downtime?: { readonly total: number; readonly caused: number };
  /** 0 too where the database was not changed. */
  readonly lostRows?: number;
};

export function measured(report: Report): Measured {
  const { result, reasonCode, drill } = report;
  const recovery = recoverySeconds(report);
  const downtime = measuredDowntime(report);
  const lostRows = lostRowCount(report) ?? (changesDatabase(report) ? undefined : 0);
  return {
    result, reasonCode, seconds: tenths(runSeconds(report)),
    ...(recovery === undefined ? {} : { recoverySeconds: tenths(recovery) }),
    ...(drill === undefined ? {} : { drill: { backSeconds: tenths(drill.backSeconds), forwardSeconds: tenths(drill.forwardSeconds) } }),
    ...(downtime === undefined ? {} : { downtime: { total: tenths(downtime.total), caused: tenths(downtime.caused) } }),
    ...(lostRows === undefined ? {} : { lostRows }),
  };
}

/** `rolled-back in 41.2 s, 95.0 s after detection; down 3.1 s (2.0 s caused); 0 rows lost`; within the 140 characters of a status, up to years. */
export function measuredInWords(report: Report): string {
  const { result, reasonCode, seconds: took, recoverySeconds: recovery, drill, downtime, lostRows } = measured(report);
  return [
    `${result}${reasonCode === '' ? '' : ` (${reasonCode})`} in ${seconds(took)}${recovery === undefined ? '' : `, ${seconds(recovery)} after detection`}`,
    ...(drill === undefined ? [] : [`back ${seconds(drill.backSeconds)}, forward ${seconds(drill.forwardSeconds)}`]),
    ...(downtime === undefined ? [] : [`down ${seconds(downtime.total)} (${seconds(downtime.caused)} caused)`]),
    ...(lostRows === undefined ? [] : [`${String(lostRows)} ${lostRows === 1 ? 'row' : 'rows'} lost`]),
  ].join('; ');
}

const time = String.raw`(\d+\.\d) s`;
const results = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'] as const satisfies readonly Result[];
const form = new RegExp([
  String.raw`^(?<result>${results.join('|')})(?: \((?<reason>[a-z-]+)\))? in ${time.replace('(', '(?<seconds>')}(?:, ${time.replace('(', '(?<recovery>')} after detection)?`,
  String.raw`(?:; back ${time.replace('(', '(?<back>')}, forward ${time.replace('(', '(?<forward>')})?`,
  String.raw`(?:; down ${time.replace('(', '(?<total>')} \(${time.replace('(', '(?<caused>')} caused\))?`,
  String.raw`(?:; (?<rows>\d+) rows? lost)?$`,
].join(''));

/** @returns undefined for a description that is none of these: `in_progress`, or another tool's */
export function measuredOf(description: string): Measured | undefined {
  const found = form.exec(description)?.groups;
  const result = results.find((each) => each === found?.['result']);
  if (found === undefined || result === undefined) return undefined;
  const number = (name: string): number | undefined => (found[name] === undefined ? undefined : Number(found[name]));
  const [recovery, back, forward, total, caused, lostRows] = ['recovery', 'back', 'forward', 'total', 'caused', 'rows'].map(number);
  return {
    result, reasonCode: reasonCodes.find((code) => code === found['reason']) ?? '', seconds: number('seconds') ?? 0,
    ...(recovery === undefined ? {} : { recoverySeconds: recovery }),
    ...(back === undefined || forward === undefined ? {} : { drill: { backSeconds: back, forwardSeconds: forward } }),
    ...(total === undefined || caused === undefined ? {} : { downtime: { total, caused } }),
    ...(lostRows === undefined ? {} : { lostRows }),
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
