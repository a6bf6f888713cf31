/** What Statuspage answers of incidents, as far as it is used. */
import { statuses, type IncidentStatus } from './public-word.ts';

export type OpenIncident = {
  readonly id: string;
  readonly status: IncidentStatus;
  /** Whose it is, when a rollback opened it. */
  readonly mark?: string;
};

/**
 * The incidents of a list; those that are none of the four statuses (planned maintenance) are left out.
 * @throws Error when it is no list
 */
export function incidentsIn(body: string): readonly OpenIncident[] {
  const list = parsed(body);
  if (!Array.isArray(list)) throw new Error(notUnderstood);
  return list.flatMap((item: unknown) => incidentOf(item) ?? []);
}

/** @throws Error when it is no incident */
export function incidentIn(body: string): OpenIncident {
  const incident = incidentOf(parsed(body));
  if (incident === undefined) throw new Error(notUnderstood);
  return incident;
}

const notUnderstood = 'its answer is not what Statuspage documents';

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error(notUnderstood);
  }
}

function incidentOf(item: unknown): OpenIncident | undefined {
  const [id, written, mark] = [textAt(item, 'id'), textAt(item, 'status'), textAt(at(at(item, 'metadata'), 'rollback'), 'of')];
  const status = statuses.find((each) => each === written);
  // The id becomes a part of an address.
  if (id === undefined || !/^[A-Za-z0-9]{1,64}$/.test(id) || status === undefined) return undefined;
  return { id, status, ...(mark === undefined ? {} : { mark }) };
}

function at(item: unknown, key: string): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, key) : undefined;
}

function textAt(item: unknown, key: string): string | undefined {
  const value = at(item, key);
  return typeof value === 'string' ? value : undefined;
}
