/** Atlassian Statuspage: one incident that is kept true while a run goes on, and by later runs. https://developer.statuspage.io/ */
import { createHash } from 'node:crypto';
import type { Event } from './event.ts';
import { incidentIn, incidentsIn, type OpenIncident } from './statuspage-answer.ts';
import { missing } from './missing.ts';
import type { NotifierOf, NotifierWorld, Sent } from './notifier.ts';
import { forward, incidentName, publicWord, statuses, type PublicWord } from './public-word.ts';
import { accepted } from './refused.ts';

/**
 * Undefined without `statuspage-page-id`. A page without a key (a secret that this environment has not) keeps no rollback from being done. It takes one request a second, which the sending keeps.
 */
export const statuspage: NotifierOf = ({ statuspageApiKey: key, statuspagePageId: page, statuspageApiUrl: api, statuspageComponentIds: components }, world) => {
  if (page === undefined) return undefined;
  if (key === undefined) return missing('Statuspage', 'the input "statuspage-api-key" is empty; is the secret there in this environment?');
  const incidents = `${api.origin}${api.pathname.replace(/\/+$/, '')}/pages/${page}/incidents`;
  const ask = async (method: 'GET' | 'POST' | 'PATCH', path: string, signal: AbortSignal, incident?: Incident): Promise<Sent> =>
    world.send({
      method, url: new URL(`${incidents}${path}`), headers: { Authorization: `OAuth ${key}` }, signal,
      ...(incident === undefined ? {} : { body: { incident } }), ...(method === 'POST' ? { once: true as const } : {}),
    });

  let open: OpenIncident | undefined;
  let health: Health = 'unknown';

  const find = async (of: Event, signal: AbortSignal): Promise<OpenIncident | undefined> => {
    const answer = await ask('GET', '/unresolved', signal);
    const told = remembered(world);
    // An incident that this run opened is told the truth even while the list of them cannot be read.
    if (told !== undefined && (answer.kind === 'unanswered' || answer.status >= 300)) return told;
    const all = incidentsIn(accepted(answer));
    return all.find(({ id }) => id === told?.id) ?? all.find(({ mark }) => mark === markOf(of));
  };
  const begin = async (word: PublicWord, of: Event, signal: AbortSignal): Promise<OpenIncident | undefined> => {
    const answer = await ask('POST', '', signal, { name: incidentName, status: word.status, body: word.body, metadata: { rollback: { of: markOf(of) } }, ...atStart(components, health) });
    // Nobody knows whether it was opened: if it was not, the next event opens it.
    const lost = answer.kind === 'unanswered' || answer.status >= 500;
    const begun = lost ? await find(of, signal) : incidentIn(accepted(answer));
    if (lost && begun === undefined) accepted(answer);
    return begun;
  };
  return {
    name: 'Statuspage',
    tellsState: true,
    async tell(event, signal) {
      if (event.kind === 'begun') health = event.health ?? 'unknown';
      const word = publicWord(event);
      if (word === undefined) return;
      if (word.onlyOf !== 'told') open ??= await find(event, signal);
      if (open === undefined) {
        if (word.onlyOf !== undefined) return;
        open = await begin(word, event, signal);
      } else {
        const status = forward(open.status, word.status);
        accepted(await ask('PATCH', `/${open.id}`, signal, { status, body: word.body, ...(status === 'resolved' ? atEnd(components) : {}) }));
        open = { ...open, status };
      }
      if (open !== undefined) world.memory.set('statuspage-incident', `${open.id} ${open.status}`);
    },
  };
};

type Health = 'healthy' | 'unhealthy' | 'unknown';

type ComponentStatus = 'operational' | 'partial_outage' | 'major_outage';

/** What is written of an incident: `PostPagesPageIdIncidents` and `PatchPagesPageIdIncidents` of the documentation. */
export type Incident = {
  readonly name?: string;
  readonly status: (typeof statuses)[number];
  readonly body: string;
  readonly impact_override?: 'minor' | 'major';
  readonly component_ids?: readonly string[];
  readonly components?: Readonly<Record<string, ComponentStatus>>;
  /** Every value at the top has to be an object. */
  readonly metadata?: { readonly rollback: { readonly of: string } };
};

/**
 * A rollback is asked for because a release is bad for somebody, though the service may answer: a partial outage. Where its health check fails, it is bad for
 * everybody. Without components nothing says how bad it is, so the incident does.
 */
function atStart(components: readonly string[], health: Health): Pick<Incident, 'component_ids' | 'components' | 'impact_override'> {
  const down = health === 'unhealthy';
  return components.length === 0 ? { impact_override: down ? 'major' : 'minor' } : allTo(components, down ? 'major_outage' : 'partial_outage');
}

function atEnd(components: readonly string[]): Pick<Incident, 'component_ids' | 'components'> {
  return components.length === 0 ? {} : allTo(components, 'operational');
}

function allTo(components: readonly string[], status: ComponentStatus): Pick<Incident, 'component_ids' | 'components'> {
  return { component_ids: components, components: Object.fromEntries(components.map((id) => [id, status])) };
}

/** By which a later run knows an incident as its own; whoever reads it learns nothing. */
function markOf({ run }: Event): string {
  return createHash('sha256').update(`${run.serverUrl}\n${run.repository}\n${run.environment}`).digest('hex').slice(0, 32);
}

function remembered({ memory }: NotifierWorld): OpenIncident | undefined {
  const [id, found] = (memory.get('statuspage-incident') ?? '').split(' ');
  const status = statuses.find((each) => each === found);
  return id === undefined || status === undefined || status === 'resolved' ? undefined : { id, status };
}
