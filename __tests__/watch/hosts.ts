/** Hosts that are folders of this machine: scripts run in its shell, with the files of the folder. */
import { mkdtempSync, mkdirSync, writeFileSync, appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollbackError } from '../../src/errors.ts';
import type { HostAddress } from '../../src/inputs/addresses.ts';
import type { Host } from '../../src/ports.ts';
import type { Connected } from '../../src/world.ts';
import { askHere } from '../checks/host-script.ts';

export type Folder = {
  /** As the watch names files: the same on every host, so each host has its own name in front. */
  readonly write: (host: string, file: string, text: string) => void;
  readonly append: (host: string, file: string, text: string) => void;
  readonly read: (host: string, file: string) => string;
  /** From now on it cannot be reached. */
  readonly lose: (host: string) => void;
  readonly find: (host: string) => void;
  readonly connect: (host: HostAddress) => Promise<Connected>;
  readonly locked: Set<string>;
};

/** In scripts `/host/` is the folder of the host that runs them. */
export function hostFolder(): Folder & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'hosts-'));
  const lost = new Set<string>();
  const locked = new Set<string>();
  const placeOf = (host: string, file: string): string => join(root, host, file.replace(/^\/host\//, ''));
  const gone = (name: string): RollbackError => new RollbackError({ code: 'host-lost', host: name, what: 'the connection was lost', fix: 'Look at the host.' });
  const run = async (name: string, script: string) => {
    if (lost.has(name)) throw gone(name);
    return askHere(`HOME=${join(root, name)}\n${script.replaceAll('/host/', `${join(root, name)}/`)}`);
  };
  const put = (host: string, file: string, text: string, how: (file: string, text: string) => void): void => {
    mkdirSync(join(placeOf(host, file), '..'), { recursive: true });
    how(placeOf(host, file), text);
  };
  return {
    locked,
    write: (host, file, text) => put(host, file, text, writeFileSync),
    append: (host, file, text) => put(host, file, text, appendFileSync),
    read: (host, file) => (existsSync(placeOf(host, file)) ? readFileSync(placeOf(host, file), 'utf8') : ''),
    lose: (host) => void lost.add(host),
    find: (host) => void lost.delete(host),
    async connect({ name }) {
      if (lost.has(name)) throw new RollbackError({ code: 'host-unreachable', host: name, what: 'cannot connect', fix: 'Look at the host.' });
      const host: Host = {
        name,
        ask: async (script) => ({ code: 0, facts: await run(name, script), output: '' }),
        dial: () => Promise.reject(gone(name)),
        perform: async ({ script }) => ({ kind: 'finished', code: 0, facts: await run(name, script), output: '' }),
        journal: () => Promise.resolve([]),
      };
      return {
        hosts: new Map([[name, host]]),
        async lock() {
          if (locked.has(name)) throw new RollbackError({ code: 'locked', host: name, what: 'the lock is held by hubot\'s run 7', fix: 'Wait for that run to end.' });
          return { hosts: new Map([[name, host]]), token: 't', notes: [], leave: () => undefined, fencedBy: () => Promise.resolve(undefined), [Symbol.asyncDispose]: () => Promise.resolve() };
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
