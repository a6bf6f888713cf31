/**
 * A production in memory, for tests of the stories: hosts that are on a release, a service that answers as they do, a method that takes
 * them back in one step a host. Its scripts are words that only these hosts know: `be <sha>`, `which`.
 */
import type { AsFound } from '../../src/as-found.ts';
import type { Failure } from '../../src/errors.ts';
import type { Inputs } from '../../src/inputs.ts';
import type { Assessed, Method } from '../../src/methods/method.ts';
import type { Stage, Step } from '../../src/plan.ts';
import type { Facts, Host, Job, JobState } from '../../src/ports.ts';
import type { RunStart } from '../../src/recording.ts';
import type { Event } from '../../src/notify/event.ts';
import type { World } from '../../src/world.ts';
import { read } from '../inputs/good.ts';
import { FakeClock } from './clock.ts';
import { FakeHost, type Act } from './host.ts';
import { fakeHttp } from './service.ts';

export const v2 = '2'.repeat(40);
export const v3 = '3'.repeat(40);

type Options = {
  /** Over those of a rollback of web-1 and web-2. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The release each host is on; v3 on both. */
  readonly releases?: Readonly<Record<string, string>>;
  /** Releases that answer 500; v3. */
  readonly broken?: readonly string[];
  /** How long a job takes, in virtual time; 1 s. */
  readonly takes?: number;
  /** What a job does instead of what its script says; undefined leaves it at that. */
  readonly act?: (host: string, job: Job) => Awaited<ReturnType<Act>> | undefined;
  /** What a host answers to a question that is not `which`. */
  readonly answer?: (host: string, script: string) => Facts | undefined;
  readonly assessed?: Partial<Assessed>;
  /** Called when the lock is asked for; throws when it cannot be had. */
  readonly lock?: (token: string | undefined) => void;
  /** What the user's command on the runner comes to. */
  readonly command?: () => Failure | undefined;
  /** Files of the repository, by path; an absent one is empty. */
  readonly files?: Readonly<Record<string, string>>;
  /** What runs `.hurl` files. */
  readonly hurl?: World['hurl'];
  /** What the hosts' journals hold already. */
  readonly journal?: Readonly<Record<string, readonly JobState[]>>;
};

export const hostNames = ['web-1', 'web-2'] as const;

export function fakeProduction(options: Options = {}) {
  const clock = new FakeClock(1_000_000);
  const releases = new Map<string, string>(hostNames.map((name) => [name, options.releases?.[name] ?? v3]));
  const broken = options.broken ?? [v3];
  /** Everything that was done, in order. */
  const done: string[] = [];
  const told: string[] = [];
  const checkpoints: unknown[] = [];
  const events: Event[] = [];

  const act = (name: string): Act => async (job) => {
    await clock.sleep(options.takes ?? 1000);
    done.push(`${name} ${job.id === 'close' ? job.script : job.id}`);
    const instead = options.act?.(name, job);
    if (instead !== undefined) return instead;
    const [verb, release = ''] = job.script.split(' ');
    if (verb === 'be') releases.set(name, release);
    return {};
  };
  const hosts = new Map<string, Host>(hostNames.map((name) => {
    const fake = new FakeHost(name, act(name));
    return [name, {
      name,
      perform: (job) => fake.perform(job),
      journal: async () => options.journal?.[name] ?? fake.journal(),
      ask: async (script) => ({ code: 0, output: '', facts: script === 'which' ? new Map([['as-found', [`commit ${releases.get(name)}`]]]) : (options.answer?.(name, script) ?? new Map()) }),
      dial: () => Promise.reject(new Error('nothing is dialled here')),
    }];
  }));

  const inputs: Inputs = read({
    hosts: hostNames.map((name) => `deploy@${name}`).join('\n'), 'health-timeout': '5s', 'host-health-url': 'http://127.0.0.1:8000/health', 'version-from': 'header:X-Version', ...options.inputs,
  }, undefined, (path) => ({ text: options.files?.[path] ?? '' }));
  const assessed = assessedFor(releases, options.assessed);
  const method: Method = {
    assess: async () => {
      done.push('assess');
      return assessed;
    },
    close: (_inputs, _assessed, _host, { result }, material) => ({ script: `close ${result} ${material}` }),
  };
  const http = fakeHttp(clock, ({ via }, count) => {
    const [one = ''] = via === undefined ? [hostNames[count % hostNames.length]] : [via.name];
    const serving = via === undefined ? [...releases.values()] : [releases.get(via.name) ?? ''];
    return { status: serving.some((release) => broken.includes(release)) ? 500 : 200, version: releases.get(one) ?? '' };
  });
  const world: World = {
    clock, http,
    log: { info: (line) => told.push(line), warning: (line) => told.push(line), error: (line) => told.push(line), group: (title) => told.push(title) },
    async connect() {
      return {
        hosts: new Map([...hosts].map(([name, { ask, dial }]) => [name, { name, ask, dial }])),
        async lock(token) {
          options.lock?.(token);
          done.push('lock');
          let left = false;
          return { hosts, token: token ?? 'token', notes: ['web-1: an old lock was taken over.'], leave: () => void (left = true), fencedBy: async () => undefined, [Symbol.asyncDispose]: async () => void (left || done.push('unlock')) };
        },
        [Symbol.asyncDispose]: async () => void done.push('disconnect'),
      };
    },
    deployments: async () => [],
    rds: async () => undefined,
    hurl: options.hurl ?? (() => Promise.reject(new Error('no .hurl file is given'))),
    random: () => 0.5,
    async command(text) {
      done.push(`command ${text}`);
      return options.command?.();
    },
    checkpoint: (state) => {
      if (!(typeof state === 'object' && state !== null && 'settled' in state)) done.push('checkpoint');
      checkpoints.push(structuredClone(state));
    },
    tell: (event) => void events.push(event),
    signal: new AbortController().signal,
  };
  return { inputs, method, world, clock, releases, done, told, checkpoints, events, hosts, assessed };
}

export const run: RunStart = {
  id: '42-1', url: 'https://github.example/runs/42', actor: 'octocat', trigger: 'workflow_dispatch', repository: 'o/r', serverUrl: 'https://github.example',
  environment: 'production', method: 'git', reason: '', dryRun: false, startedAt: 1_000_000,
};

/** A dump, then web-1 alone, then web-2. */
function assessedFor(releases: ReadonlyMap<string, string>, over: Partial<Assessed> = {}): Assessed {
  const step = (host: string, id: string, script: string): Step => ({ id, title: id, host, script, limit: 60_000, failure: { code: 'step-failed', fix: `Look at ${host}.` } });
  const there = (host: string): Stage => ({
    name: host, touches: true, prove: [host],
    steps: [{ ...step(host, 'checkout', `be ${v2}`), undo: { title: 'back', script: `be ${releases.get(host)}`, limit: 60_000 } }],
  });
  const asFound = hostNames.map((host): AsFound => {
    const answer = [`commit ${releases.get(host)}`];
    return { host, what: 'the checkout', script: 'which', answer, seen: answer };
  });
  return {
    from: { sha: v3, names: ['v3'], subject: 'Release 3' }, to: { sha: v2, names: ['v2'], subject: 'Release 2', rule: 'message' },
    plan: { stages: [{ name: 'Back up', touches: false, untimed: true, prove: [], steps: [step('web-1', 'dump', 'dump')] }, ...hostNames.map(there)] },
    asAsked: false, commits: [{ sha: v3, subject: 'Release 3', author: 'A', time: '2026-11-23T10:00:00Z' }], commitCount: 1, migrations: [], migrationSql: '', filesChanged: 3, notes: ['web-1: a note.'],
    current: Object.fromEntries(releases), found: [], asFound, run: run.id, appHosts: hostNames, ...over,
  };
}
