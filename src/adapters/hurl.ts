/** Runs Hurl on the runner, without what the job's environment holds otherwise. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import type { Hurl, HurlEnd } from '../checks/hurl-port.ts';
import { messageOf } from '../errors.ts';
import type { Log, Milliseconds } from '../ports.ts';
import { findHurl } from './hurl-tool.ts';

const mostPrinted = 16 * 1024 * 1024;

/**
 * Variables of the job that Hurl is given, besides those of its files: where programs, libraries and certificates are. Not HOME, for a
 * `.netrc` or a configuration there; not proxies, for the service itself is asked; and of its own options none: HURL_NO_ASSERT would let
 * every test pass.
 */
const passed: readonly string[] = ['PATH', 'LANG', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE'];
const own = /^HURL_(VARIABLE|SECRET)_(.+)$/;

/** 10 s a request, unless a file says otherwise; no proxy; nothing coloured. Redirects are followed where a file says `location: true`. */
const options: readonly string[] = ['--json', '--no-color', '--max-time', '10', '--connect-timeout', '10', '--no-proxy', '*'];
/** No file has so many requests: all that is left is reading it. */
const readOnly: readonly string[] = ['--from-entry', '4294967295'];

/** @throws RollbackError `missing-tool` */
export async function openHurl(workspace: string, env: NodeJS.ProcessEnv, log: Log): Promise<Hurl> {
  const program = await findHurl(log);
  return hurlAt(program, workspace, env);
}

export function hurlAt(program: string, workspace: string, env: NodeJS.ProcessEnv): Hurl {
  const given = Object.entries(env).flatMap(([name, value]) => (value !== undefined && (passed.includes(name) || own.test(name)) ? [[name, value] as const] : []));
  const variables = given.flatMap(([name, value]) => {
    const [, kind, variable] = own.exec(name) ?? [];
    return variable === undefined ? [] : [{ variable, value, secret: kind === 'SECRET' }];
  });
  const call = { program, env: Object.fromEntries(given), cwd: workspace };
  // A whole path: a name that begins with a dash would be an option.
  const at = (path: string): string => resolve(workspace, path);
  return {
    variables: new Set(variables.map(({ variable }) => variable)),
    secrets: variables.filter(({ variable, secret }) => secret || soundsSecret.test(variable)).flatMap(({ value }) => masksOf(value)),
    run: (path, limit, signal) => end(call, [...options, at(path)], limit, signal),
    check: (path) => end(call, [...options, ...readOnly, at(path)], 10_000),
  };
}

/** A variable that should have been handed over as a secret, and is told as little. */
const soundsSecret = /token|secret|passw|key|auth|credential/i;

function masksOf(value: string): readonly string[] {
  return value.length < 4 ? [] : [...new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])];
}

type Call = { readonly program: string; readonly env: Readonly<Record<string, string>>; readonly cwd: string };

function end({ program, env, cwd }: Call, args: readonly string[], timeout: Milliseconds, signal?: AbortSignal): Promise<HurlEnd> {
  return new Promise((settle) => {
    const child = execFile(program, args, { env, cwd, timeout, maxBuffer: mostPrinted, killSignal: 'SIGKILL', ...(signal === undefined ? {} : { signal }) }, (error, results, trouble) => {
      if (error === null) settle({ kind: 'ended', code: 0, results, trouble });
      else if (typeof error.code === 'number') settle({ kind: 'ended', code: error.code, results, trouble });
      else if (signal?.aborted === true) settle({ kind: 'unrun', why: 'the run was ended before it had' });
      else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') settle({ kind: 'unrun', why: `Hurl printed more than ${mostPrinted / 1024 / 1024} MiB` });
      else if (error.killed === true) settle({ kind: 'late' });
      else settle({ kind: 'unrun', why: error.signal === undefined || error.signal === null ? messageOf(error) : `Hurl was ended by ${error.signal}` });
    });
    child.stdin?.on('error', () => undefined).end();
  });
}
