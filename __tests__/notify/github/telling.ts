/** A run told to GitHub, as the runner would: events made from a report, over octokit, to the stand-in. */
import { systemClock } from '../../../src/adapters/clock.ts';
import { againAfter } from '../../../src/notify/sending.ts';
import { githubTelling } from '../../../src/adapters/github-telling.ts';
import type { Event, Happened } from '../../../src/notify/event.ts';
import type { Memory, NotifierOf } from '../../../src/notify/notifier.ts';
import type { Report } from '../../../src/outcome.ts';
import { repository } from '../../adapters/github-server.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { read } from '../../inputs/good.ts';

export function memory(known: Readonly<Record<string, string>> = {}): Memory & { readonly all: ReadonlyMap<string, string> } {
  const all = new Map(Object.entries(known));
  return { all, get: (name) => all.get(name), set: (name, value) => { all.set(name, value); } };
}

export function eventOf({ run: { endedAt, ...run }, from, to }: Report, happened: Happened): Event {
  return { time: endedAt, run, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...happened };
}

export const begun = (report: Report, takesUp?: string): Event => eventOf(report, { kind: 'begun', hosts: report.hosts.map(({ host }) => host), ...(takesUp === undefined ? {} : { takesUp }) });
export const ended = (report: Report): Event => eventOf(report, { kind: 'ended', report });

/** Waits for nothing between tries. */
const hurried = { ...systemClock, sleep: async () => undefined };

type Options = { readonly inputs?: Readonly<Record<string, string>>; readonly memory?: Memory; readonly signal?: AbortSignal; readonly token?: string };

/** @returns what the notifier threw, event by event; undefined where the inputs do not ask for it */
export async function tell(of: NotifierOf, apiUrl: string, events: readonly Event[], options: Options = {}): Promise<readonly string[] | undefined> {
  const notifier = of(read(options.inputs ?? {}), {
    clock: new FakeClock(), memory: options.memory ?? memory(), github: githubTelling({ token: options.token ?? 'ghs_secret', repository, apiUrl }, againAfter(hurried)),
    send: () => Promise.reject(new Error('GitHub is told over its own port')),
  });
  if (notifier === undefined) return undefined;
  const thrown: string[] = [];
  for (const event of events) {
    await notifier.tell(event, options.signal ?? AbortSignal.timeout(15_000)).catch((trouble: Error) => thrown.push(trouble.message));
  }
  return thrown;
}

/** GitHub as it fails: what it answers, and what is said of it. */
export const faults: readonly (readonly [what: string, over: { readonly status: number; readonly body: unknown } | 'hang', words: RegExp])[] = [
  ['401', { status: 401, body: { message: 'Bad credentials' } }, /^GitHub answered 401 "Bad credentials": look at the input "github-token"$/],
  ['403', { status: 403, body: { message: 'Resource not accessible by integration' } }, /^GitHub answered 403 "Resource not accessible by integration": the token needs "[a-z-]+: write"$/],
  ['404', { status: 404, body: { message: 'Not Found' } }, /^GitHub answered 404 "Not Found": is it there, and has the token "[a-z-]+: write"\?$/],
  ['422', { status: 422, body: { message: 'Validation Failed', documentation_url: 'https://docs.github.com/rest' } }, /^GitHub answered 422 "Validation Failed"$/],
  ['500', { status: 500, body: { message: 'Server Error' } }, /^GitHub answered 500 "Server Error"$/],
  ['nothing, for ever', 'hang', /^GitHub was not waited for any longer$/],
];
