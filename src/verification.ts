/** Health, identity and smoke tests as a rollback needs them: which are asked when, and what their results mean. */
import { addressOf } from './checks/asked-at.ts';
import { proveGone } from './checks/gone.ts';
import { askHealth, type Asking, type HealthCheck } from './checks/health.ts';
import type { GetHurl } from './checks/hurl-port.ts';
import { verify } from './checks/verify.ts';
import type { Failure } from './errors.ts';
import type { Inputs } from './inputs.ts';
import type { CheckResult, Release, Verdict } from './outcome.ts';
import { eachAtMost } from './parallel.ts';
import type { Asked, Proof } from './plan.ts';
import type { ReadableHost } from './ports.ts';

export type Verifying = {
  readonly inputs: Inputs;
  readonly hosts: ReadonlyMap<string, ReadableHost>;
  /** The hosts that serve the application. */
  readonly appHosts: readonly string[];
  /** Where the load balancers of this run serve people. */
  readonly fronts: readonly Asked[];
  readonly asking: Asking & { readonly hurl: GetHurl };
};

/** How the service answered before anything was changed, by check; any release may answer. */
export type Baseline = Readonly<Record<string, Verdict>>;

export async function askBaseline(by: Verifying): Promise<Baseline> {
  const checks = [...publicChecks(by), ...hostChecks(by, by.appHosts), ...by.fronts.flatMap((front) => askedChecks(by, front))];
  const verdicts = await eachAtMost(by.inputs.parallel, checks, async (check) => {
    const { verdict } = await askHealth(check, by.asking);
    return [nameOf(check), verdict] as const;
  });
  return Object.fromEntries(verdicts);
}

/** Some hosts, right after their restart or reload. */
export async function proveHosts(by: Verifying, target: Release, hosts: readonly string[]): Promise<readonly CheckResult[]> {
  const fronts = by.fronts.filter(({ balancer }) => hosts.includes(balancer)).flatMap((front) => askedChecks(by, front, target));
  const own = hosts.filter((host) => by.appHosts.includes(host));
  return verify({ health: [...hostChecks(by, own, target), ...fronts], limits: limitsOf(by.inputs), smoke: [], soak: 0 }, by.asking);
}

/** What else must be true before a run goes on. */
export async function proveProof(by: Verifying, target: Release, proof: Proof): Promise<readonly CheckResult[]> {
  switch (proof.kind) {
    case 'servers': return proveServers(by, target, proof.servers);
    case 'gone': return proveAway(by, proof);
  }
}

/** Servers that people do not see yet: they answer as the target from every load balancer, and the first one's smoke tests pass there. Hurl's files are asked by the runner, which does not reach them. */
export async function proveServers(by: Pick<Verifying, 'inputs' | 'hosts'> & { readonly asking: Asking }, target: Release, servers: readonly Asked[]): Promise<readonly CheckResult[]> {
  const health = servers.flatMap((server) => askedChecks(by, server, target));
  const [first] = servers;
  const via = first === undefined ? undefined : by.hosts.get(first.balancer);
  const smoke = first === undefined ? [] : by.inputs.smokeTests.filter(({ url }) => isBehind(url, by.inputs, first));
  return verify({ health, limits: limitsOf(by.inputs), smoke, ...(first === undefined || via === undefined ? {} : { smokeAt: { via, at: first.at, ...(first.forwarded === undefined ? {} : { forwarded: first.forwarded }) } }), soak: 0 }, by.asking);
}

async function proveAway({ inputs: { versionFrom }, hosts, asking }: Verifying, { through, server, requests }: Extract<Proof, { kind: 'gone' }>): Promise<readonly CheckResult[]> {
  const known = versionFrom === undefined || server.version === undefined ? {} : { known: { from: versionFrom, version: server.version } };
  return Promise.all(through.flatMap(({ balancer, at, urls: [url], forwarded }) => {
    const via = hosts.get(balancer);
    return via === undefined || url === undefined ? [] : [proveGone({ url: new URL(url), via, at, ...(forwarded === undefined ? {} : { forwarded }), server: server.name, requests: Math.ceil(requests / through.length), ...known }, asking)];
  }));
}

/** All hosts and the public address, smoke tests, soak. */
export async function verifyAll(by: Verifying, target: Release): Promise<readonly CheckResult[]> {
  const { smokeTests, hurlFiles, soak } = by.inputs;
  const health = [...publicChecks(by, target), ...hostChecks(by, by.appHosts, target), ...by.fronts.flatMap((front) => askedChecks(by, front, target))];
  return verify({ health, limits: limitsOf(by.inputs), smoke: smokeTests, hurl: { files: hurlFiles, get: by.asking.hurl }, soak }, by.asking);
}

/** After an undo: what answered well before has to answer well again. The reasons why not. */
export async function proveNoWorse(by: Verifying, before: Baseline): Promise<readonly CheckResult[]> {
  const health = [...publicChecks(by), ...hostChecks(by, by.appHosts), ...by.fronts.flatMap((front) => askedChecks(by, front))].filter((check) => before[nameOf(check)] === 'passed');
  return verify({ health, limits: limitsOf(by.inputs), smoke: [], soak: 0 }, by.asking);
}

/** What did not pass, as reasons; unknown is no proof and a reason as well. */
export function failuresOf(results: readonly CheckResult[]): readonly Failure[] {
  return results.filter(({ verdict }) => verdict !== 'passed').map((result): Failure => ({
    code: result.verdict === 'unknown' ? 'not-proved' : result.wrongRelease ? 'wrong-release' : result.kind === 'smoke' ? 'smoke-test-failed' : 'target-unhealthy',
    ...(result.host === undefined ? {} : { host: result.host }),
    what: `${result.kind === 'smoke' ? 'the smoke test' : 'the health check'} ${result.url} ${result.verdict === 'unknown' ? 'could not be made' : 'failed'}`,
    why: result.message,
    fix: adviceFor(result),
  }));
}

/** The last word on each check: a later round replaces an earlier one. One round may ask the same twice, and expect something else. */
export function latest(earlier: readonly CheckResult[], later: readonly CheckResult[]): readonly CheckResult[] {
  return [...new Map([...numbered(earlier), ...numbered(later)]).values()];
}

function numbered(round: readonly CheckResult[]): readonly (readonly [string, CheckResult])[] {
  const seen = new Map<string, number>();
  return round.map((result) => {
    const name = `${result.kind} ${result.host ?? ''} ${result.name} ${result.url}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return [`${name} ${times}`, result];
  });
}

function adviceFor({ host, verdict, wrongRelease, kind }: CheckResult): string {
  if (wrongRelease) return `Look for a process of another release${host === undefined ? ' behind the address' : ` on ${host}`}: one that systemd did not start, or a cache in between.`;
  if (verdict === 'unknown') return 'Look whether the address can be reached from where it is asked.';
  return kind === 'smoke' ? 'Ask the address by hand and look at the application log.' : `Look at the application log${host === undefined ? '' : ` on ${host}`}.`;
}

function publicChecks({ inputs }: Verifying, target?: Release): readonly HealthCheck[] {
  return inputs.healthUrl.map((url) => ({ url, ...expecting(inputs, target) }));
}

function hostChecks({ inputs, hosts }: Verifying, names: readonly string[], target?: Release): readonly HealthCheck[] {
  return names.flatMap((name) => {
    const via = hosts.get(name);
    return via === undefined ? [] : inputs.hostHealthUrl.map((url) => ({ url, via, ...expecting(inputs, target) }));
  });
}

function askedChecks({ inputs, hosts }: Pick<Verifying, 'inputs' | 'hosts'>, { balancer, at, urls, lenient, forwarded }: Asked, target?: Release): readonly HealthCheck[] {
  const via = hosts.get(balancer);
  return via === undefined ? [] : urls.map((url) => ({ url: new URL(url), via, at, ...(lenient === undefined ? {} : { lenient }), ...(forwarded === undefined ? {} : { forwarded }), ...expecting(inputs, target) }));
}

/** Whether a smoke test's address is one that the server stands behind: that of a health check, or the name by which it is asked. */
function isBehind(url: URL, { healthUrl }: Inputs, { urls }: Asked): boolean {
  return [...healthUrl.map(({ host }) => host), ...urls.map((asked) => new URL(asked).host)].includes(url.host);
}

function expecting({ versionFrom }: Inputs, release: Release | undefined): Pick<HealthCheck, 'expected'> {
  return versionFrom === undefined || release === undefined ? {} : { expected: { from: versionFrom, release } };
}

function limitsOf({ healthSuccesses, healthInterval, healthTimeout }: Inputs) {
  return { successes: healthSuccesses, interval: healthInterval, timeout: healthTimeout };
}

function nameOf({ url, via, at }: HealthCheck): string {
  return `${via?.name ?? ''} ${addressOf(url, at)}`;
}
