/**
 * Takes what the rollback action posts to `webhook-url` and tells Microsoft Teams, Discord and PagerDuty in their own formats.
 * Node 20 or newer, no dependencies: RELAY_KEY=… TEAMS_URL=… DISCORD_URL=… PAGERDUTY_ROUTING_KEY=… PORT=8080 node webhook-relay.mjs
 * The input is then webhook-url: http://relay.internal:8080/?key=…
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { env } from 'node:process';

const bad = new Set(['refused', 'undone', 'failed', 'cancelled']);

/** An Adaptive Card for the trigger "When a Teams webhook request is received" of a workflow. */
function teams({ text, url, event, result, run, from, to }) {
  const facts = [['Environment', run.environment], ['Result', result ?? event], ['From', from?.name ?? from?.release.slice(0, 12)], ['To', to?.name ?? to?.release.slice(0, 12)], ['Started by', run.actor], ['Reason', run.reason]]
    .filter(([, value]) => value).map(([title, value]) => ({ title, value }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard', version: '1.4',
    body: [{ type: 'TextBlock', text, wrap: true, weight: 'Bolder', color: bad.has(result) ? 'Attention' : 'Default' }, { type: 'FactSet', facts }],
    actions: [{ type: 'Action.OpenUrl', title: 'Log of the run', url }],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }] };
}

/** At most 2,000 characters, and nobody is called. */
function discord({ text, url }) {
  return { content: `${text}\n<${url}>`.slice(0, 2000), allowed_mentions: { parse: [] } };
}

/** Events API v2: one alert for each repository and environment, resolved by the run that puts it right. A drill is no emergency. */
function pagerduty({ text, url, event, time, result, drill, run, failures }) {
  const alert = { routing_key: env.PAGERDUTY_ROUTING_KEY, dedup_key: `${drill ? 'drill' : 'rollback'}/${run.repository}/${run.environment}`.slice(0, 255) };
  if (event !== 'ended') return undefined;
  if (result === 'rolled-back' || result === 'unchanged') return { ...alert, event_action: 'resolve' };
  if (!bad.has(result)) return undefined;
  const severity = drill ? 'warning' : result === 'failed' ? 'critical' : 'error';
  const payload = { summary: text.slice(0, 1024), source: `${run.repository}, ${run.environment}`, severity, timestamp: time, class: 'rollback', custom_details: { result, failures } };
  return { ...alert, event_action: 'trigger', payload, links: [{ href: url, text: 'Log of the run' }] };
}

const targets = [
  { name: 'Teams', url: env.TEAMS_URL, bodyOf: teams },
  { name: 'Discord', url: env.DISCORD_URL, bodyOf: discord },
  { name: 'PagerDuty', url: env.PAGERDUTY_ROUTING_KEY && (env.PAGERDUTY_URL ?? 'https://events.pagerduty.com/v2/enqueue'), bodyOf: pagerduty },
].filter(({ url }) => url);

async function tell({ name, url }, body) {
  try {
    const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(4000), redirect: 'error' });
    if (!answer.ok) console.error(`${name} answered ${answer.status}`);
    return answer.ok;
  } catch (error) {
    console.error(`${name} did not answer: ${error.name}`);
    return false;
  }
}

function isKey(key) {
  const [given, wanted] = [Buffer.from(key ?? ''), Buffer.from(env.RELAY_KEY ?? '')];
  return wanted.length > 0 && given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > 1024 * 1024) return undefined;
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

createServer(async (request, response) => {
  try {
    if (request.method !== 'POST' || !isKey(new URL(request.url, 'http://relay').searchParams.get('key'))) return response.writeHead(404).end();
    const event = await bodyOf(request);
    if (event?.version !== 1) return response.writeHead(400).end('version 1 is all that is known here');
    if (event.dryRun) return response.writeHead(204).end();
    const told = await Promise.all(targets.map((target) => ({ target, body: target.bodyOf(event) })).filter(({ body }) => body !== undefined).map(({ target, body }) => tell(target, body)));
    // The action sends it again only if nobody was told: otherwise some would be told twice.
    return response.writeHead(told.length > 0 && !told.includes(true) ? 502 : 204).end();
  } catch {
    return response.writeHead(400).end('not the JSON of a rollback');
  }
}).listen(Number(env.PORT ?? 8080), function () { console.log(`listening on ${this.address().port}`); });
