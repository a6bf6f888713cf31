/** What a deployment record says of its rollback from the start; GitHub lets nobody change it. */
import type { Release } from '../../outcome.ts';
import { calledOf, isCommit } from '../../report/release.ts';
import type { Event } from '../event.ts';

export type Payload = {
  /** Full SHAs, where they are known; else the colour. The guard refuses `from` by it. */
  readonly from: string;
  readonly to: string;
  /** As people call them: a tag, a colour, the short SHA. */
  readonly fromName: string;
  readonly toName: string;
  /** Empty when none was given. */
  readonly reason: string;
  readonly actor: string;
  readonly trigger: string;
  readonly method: string;
  /** The run's id, by which another process of the same run finds its record. */
  readonly run: string;
  readonly runUrl: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly detectedAt?: string;
  readonly drill: boolean;
};

/** @returns undefined as long as it is not known from where to where it goes: there is nothing to record then */
export function payloadOf({ run, from, to }: Pick<Event, 'run' | 'from' | 'to'>): Payload | undefined {
  if (from === undefined || to === undefined) return undefined;
  return {
    from: commitOf(from) ?? from.sha, to: commitOf(to) ?? to.sha, fromName: calledOf(from), toName: calledOf(to),
    reason: run.reason, actor: run.actor, trigger: run.trigger, method: run.method, run: run.id, runUrl: run.url,
    startedAt: new Date(run.startedAt).toISOString(), ...(run.detectedAt === undefined ? {} : { detectedAt: new Date(run.detectedAt).toISOString() }),
    drill: run.drill === true,
  };
}

/** Of a colour: the commit that its servers say they are. */
export function commitOf({ sha, names }: Release): string | undefined {
  return isCommit(sha) ? sha : names.find(isCommit);
}

/**
 * @param value the payload as GitHub gives it: an object, a text of JSON, or (GraphQL) a text within a text
 * @returns undefined for what is no record of a rollback; what a record leaves out is empty
 */
export function readPayload(value: unknown): Payload | undefined {
  const fields = fieldsOf(parsed(parsed(value)));
  const text = (name: string): string => { const field = fields.get(name); return typeof field === 'string' ? field : ''; };
  const [from, to] = [text('from'), text('to')];
  if (from === '' || to === '') return undefined;
  return {
    from, to, fromName: text('fromName'), toName: text('toName'), reason: text('reason'), actor: text('actor'), trigger: text('trigger'), method: text('method'),
    run: text('run'), runUrl: text('runUrl'), startedAt: isTime(text('startedAt')) ? text('startedAt') : '', ...(isTime(text('detectedAt')) ? { detectedAt: text('detectedAt') } : {}),
    drill: fields.get('drill') === true,
  };
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}
