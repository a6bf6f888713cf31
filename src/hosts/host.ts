import { RollbackError } from '../errors.ts';
import type { Answer, Clock, Host, JobEnd, Milliseconds, ReadableHost } from '../ports.ts';
import { exits, message } from './bootstrap.ts';
import type { Connection, ExecEnd } from './connection.ts';
import { exchange } from './exchange.ts';
import type { Sent } from './exchange.ts';
import { readFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { jobPayload } from './jobs.ts';
import type { Fence } from './jobs.ts';
import { askJournal, readJournal } from './journal.ts';
import type { Link } from './link.ts';
import type { Run } from './run-folder.ts';
import { question } from './script.ts';
import { semaphore } from './semaphore.ts';

export type HostOptions = {
  readonly name: string;
  readonly link: Link;
  readonly run: Run;
  /** Jobs start only while the lock on the host is this one; asked before each. */
  readonly fence: () => Fence;
  readonly clock: Clock;
  /** New and not to be guessed at every call. */
  readonly nonce: () => string;
};

const askLimit = 60_000;
/** Beyond a job's own limit: `timeout -k 10`, a slow host, the way. */
const grace = 40_000;
/** sshd takes ten sessions a connection. */
const sessions = 8;

/** A host over a link that is opened again as often as it is lost. */
export function host(options: HostOptions): Host {
  const { name, link, clock } = options;
  const session = semaphore(sessions);
  const send = (connection: Connection, payload: string, limit: Milliseconds): Promise<ExecEnd> =>
    session(() => connection.exec(message(payload), limit));

  const ask: ReadableHost['ask'] = async (script, { limit = askLimit, secret } = {}) => {
    const sent = await exchange<Answer>(link, clock, async (connection) => {
      const nonce = options.nonce();
      const end = await send(connection, question({ nonce, script, ...(secret === undefined ? {} : { secret }) }), limit);
      if (end.kind === 'timeout') throw unanswered(name, limit);
      const read = frameOf(name, end, nonce);
      if (read.kind === 'lost') return read;
      const { status, facts, output } = read.value;
      return { kind: 'answer', value: { code: Number(status), facts, output } };
    });
    if (sent.kind === 'answer') return sent.value;
    throw lost(name, sent.why);
  };

  return {
    name,
    ask,
    dial: async (address, port) => (await link.connection()).dial(address, port),
    perform: (job) => exchange<JobEnd>(link, clock, async (connection) => {
      // Ends: the host itself gives a job up that was interrupted too often.
      for (;;) {
        const nonce = options.nonce();
        const end = await send(connection, jobPayload(job, options.run, options.fence(), nonce), job.limit + grace);
        if (end.kind === 'timeout') return { kind: 'answer', value: { kind: 'lost', why: end.why } };
        const read = frameOf(name, end, nonce);
        if (read.kind === 'lost') return read;
        if (read.value.status !== 'interrupted') return { kind: 'answer', value: endOf(read.value) };
      }
    }).then((sent) => (sent.kind === 'answer' ? sent.value : sent)),
    journal: async () => readJournal((await ask(askJournal(options.run))).facts),
  };
}

/** The same host for assessments and dry runs: there is no way to perform anything on it. */
export function readOnly(of: ReadableHost): ReadableHost {
  return { name: of.name, ask: (script, options) => of.ask(script, options), dial: (address, port) => of.dial(address, port) };
}

function frameOf(name: string, end: Exclude<ExecEnd, { kind: 'timeout' }>, nonce: string): Sent<Frame> {
  if (end.kind === 'lost') return end;
  const frame = readFrame(end.gap === undefined ? end.stdout : end.stdout.slice(end.gap), nonce);
  if (typeof frame !== 'string') return { kind: 'answer', value: frame };
  if (frame === 'cut') return { kind: 'lost', why: 'the answer was cut short' };
  if (end.code === exits.damaged) return { kind: 'lost', why: 'the script arrived damaged' };
  throw silent(name, end);
}

function endOf({ status, facts, output }: Frame): JobEnd {
  if (status === 'timeout') return { kind: 'timeout', facts, output };
  if (status === 'fenced') return { kind: 'fenced', owner: output.trim() };
  const [, code] = /^finished (\d+)$/.exec(status) ?? [];
  if (code === undefined) throw new Error(`A host answered with the status "${status}"`);
  return { kind: 'finished', code: Number(code), facts, output };
}

function silent(name: string, { code, gap, stdout, stderr }: Extract<ExecEnd, { kind: 'ended' }>): RollbackError {
  const why = (stderr.trim() || stdout.trim()).split('\n').at(-1)?.slice(0, 500) ?? '';
  if (code === exits.missingTool) {
    return new RollbackError({
      what: 'the host has no head or no sha256sum', code: 'missing-tool', host: name, fix: 'Install coreutils on the host',
    });
  }
  if (gap !== undefined) {
    return new RollbackError({ what: 'the host answered more than 1 MiB', code: 'step-failed', host: name, fix: 'Report this with the log of the run' });
  }
  return new RollbackError({
    what: `the login shell did not run the script (exit status ${code})`, code: 'no-rights', host: name, why,
    fix: 'Give the SSH user a login shell that runs commands: no nologin, no ForceCommand, no command= in authorized_keys, no exit in its rc files',
  });
}

function unanswered(name: string, limit: Milliseconds): RollbackError {
  return new RollbackError({
    what: `no answer within ${limit / 1000} s`, code: 'timeout', host: name,
    fix: 'Look at the host\'s load, memory and disks (uptime; dmesg | tail); a network file system that hangs stops everything',
  });
}

function lost(name: string, why: string): RollbackError {
  return new RollbackError({
    what: 'the connection was lost and could not be made again', code: 'host-lost', host: name, why,
    fix: 'Look whether the host is up and its sshd runs, then run the rollback again',
  });
}
