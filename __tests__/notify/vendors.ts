/** Slack and Statuspage as they document themselves: what they take, and what they answer. Anything else is written down as a complaint. */
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import { serving } from '../adapters/server.ts';

export type Asked = { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string | undefined>>; readonly body: string };
export type Answered = { readonly status: number; readonly body: string };

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTypes: false, strictRequired: false, formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text), uri: (text: string) => URL.canParse(text) } });

/** What is wrong with a value, in Ajv's words; empty when nothing is. */
export function faultsOf(schema: AnySchema): (value: unknown) => readonly string[] {
  const check = ajv.compile(schema);
  return (value) => (check(value) ? [] : (check.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`));
}

const plain = (maxLength: number) => ({ type: 'object', required: ['type', 'text'], additionalProperties: false, properties: { type: { const: 'plain_text' }, text: { type: 'string', minLength: 1, maxLength }, emoji: { type: 'boolean' } } });
const mrkdwn = (maxLength: number) => ({ type: 'object', required: ['type', 'text'], additionalProperties: false, properties: { type: { const: 'mrkdwn' }, text: { type: 'string', minLength: 1, maxLength }, verbatim: { type: 'boolean' } } });
const either = (maxLength: number) => ({ anyOf: [plain(maxLength), mrkdwn(maxLength)] });
const block = (type: string, properties: object, more: object = {}) => ({
  type: 'object', required: ['type'], additionalProperties: false, properties: { type: { const: type }, block_id: { type: 'string', maxLength: 255 }, ...properties }, ...more,
});

/** https://docs.slack.dev/reference/block-kit/blocks, and the payload of an incoming webhook */
export const slackFaults = faultsOf({
  type: 'object', required: ['text'], additionalProperties: false,
  properties: {
    text: { type: 'string', minLength: 1, maxLength: 40_000 },
    mrkdwn: { type: 'boolean' },
    blocks: {
      type: 'array', maxItems: 50,
      items: {
        anyOf: [
          block('header', { text: plain(150) }, { required: ['type', 'text'] }),
          block('section', { text: either(3000), fields: { type: 'array', minItems: 1, maxItems: 10, items: either(2000) } }, { anyOf: [{ required: ['text'] }, { required: ['fields'] }] }),
          block('context', { elements: { type: 'array', minItems: 1, maxItems: 10, items: either(3000) } }, { required: ['type', 'elements'] }),
          block('divider', {}),
        ],
      },
    },
  },
});

const componentStatus = { enum: ['operational', 'under_maintenance', 'degraded_performance', 'partial_outage', 'major_outage', ''] };
const incidentSchema = (required: readonly string[]) => ({
  type: 'object', required: ['incident'], additionalProperties: false,
  properties: {
    incident: {
      type: 'object', required, additionalProperties: false,
      properties: {
        name: { type: 'string', maxLength: 255 },
        status: { enum: ['investigating', 'identified', 'monitoring', 'resolved'] },
        impact_override: { enum: ['none', 'maintenance', 'minor', 'major', 'critical'] },
        body: { type: 'string', maxLength: 25_000 },
        component_ids: { type: 'array', items: { type: 'string' } },
        components: { type: 'object', additionalProperties: componentStatus },
        metadata: { type: 'object', additionalProperties: { type: 'object' } },
        deliver_notifications: { type: 'boolean' },
      },
    },
  },
});

/** https://developer.statuspage.io/#operation/postPagesPageIdIncidents and …/#operation/patchPagesPageIdIncidentsIncidentId */
const createFaults = faultsOf(incidentSchema(['name']));
const updateFaults = faultsOf(incidentSchema([]));

export type Incident = { id: string; name: string; status: string; metadata: unknown; updates: { status: string; body: string }[]; components: Record<string, string> };

type Update = { readonly name?: string; readonly status?: string; readonly body?: string; readonly metadata?: unknown; readonly components?: Record<string, string> };

/** A page that keeps its incidents, and what was wrong with what it was asked. */
export class StatusPage {
  readonly incidents: Incident[] = [];
  readonly complaints: string[] = [];
  readonly asked: string[] = [];
  /** What to answer instead, for the next requests. */
  readonly instead: (Answered | 'done, but unanswered')[] = [];

  answer({ method, path, headers, body }: Asked): Answered | undefined {
    this.asked.push(`${method} ${path.replace('/v1/pages/gytm4qzbx9t6/', '')}`);
    const instead = this.instead.shift();
    if (instead !== undefined && instead !== 'done, but unanswered') return instead;
    const answer = this.#done(method, path, headers, body);
    return instead === undefined ? answer : undefined;
  }

  #done(method: string, path: string, headers: Asked['headers'], body: string): Answered {
    if (headers['authorization'] !== 'OAuth credential') return { status: 401, body: '{"error":"Could not authenticate"}' };
    const of = '/v1/pages/gytm4qzbx9t6/incidents';
    if (method === 'GET' && path === `${of}/unresolved`) return { status: 200, body: JSON.stringify(this.incidents.filter(({ status }) => status !== 'resolved')) };
    if (!(headers['content-type'] ?? '').startsWith('application/json')) this.complaints.push('no JSON by its type');
    const parsed = JSON.parse(body) as { incident: Update };
    if (method === 'POST' && path === of) {
      this.complaints.push(...createFaults(parsed));
      const { incident } = parsed;
      const made: Incident = { id: `inc${this.incidents.length + 1}`, name: incident.name ?? '', status: 'investigating', metadata: incident.metadata ?? {}, updates: [], components: {} };
      this.incidents.push(made);
      return this.#updated(made, incident, 201);
    }
    const found = this.incidents.find(({ id }) => path === `${of}/${id}`);
    if (method !== 'PATCH' || found === undefined) return { status: 404, body: '{"error":"Not found"}' };
    this.complaints.push(...updateFaults(parsed));
    return this.#updated(found, parsed.incident, 200);
  }

  #updated(incident: Incident, { status = incident.status, body = '', components = {} }: Update, answer: number): Answered {
    const order = ['investigating', 'identified', 'monitoring', 'resolved'];
    if (order.indexOf(status) < order.indexOf(incident.status)) this.complaints.push(`back from ${incident.status} to ${status}`);
    incident.status = status;
    incident.updates.push({ status, body });
    Object.assign(incident.components, components);
    return { status: answer, body: JSON.stringify(incident) };
  }
}

/** A real server over these answers; none is a connection that is closed. */
export async function servingAs(answer: (asked: Asked) => Answered | undefined): Promise<string> {
  const server = await serving((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join()]));
      const made = answer({ method: request.method ?? '', path: request.url ?? '', headers, body: Buffer.concat(chunks).toString() });
      if (made === undefined) response.destroy();
      else response.writeHead(made.status, { 'Content-Type': 'application/json' }).end(made.body);
    });
  });
  return `http://127.0.0.1:${server.port}`;
}
