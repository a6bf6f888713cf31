/** Inputs that are right, for tests that make one thing wrong. */
import { readInputs, type Inputs } from '../../src/inputs.ts';
import { readsNone, type ReadFile } from '../../src/inputs/repository-files.ts';
import { RollbackError } from '../../src/errors.ts';

export const key = [
  '-----BEGIN PRIVATE KEY-----',
  'MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g',
  '-----END PRIVATE KEY-----',
].join('\n');

export const knownHostsLine = 'web-1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFH2rGYlHRRKQt7ODCnYgLHyRCzvcC1CkNTLCRkGKeXM';

export const minimal: Readonly<Record<string, string>> = {
  method: 'git',
  hosts: 'deploy@web-1',
  'ssh-private-key': key,
  'ssh-known-hosts': knownHostsLine,
  'app-dir': '/var/www/green-matchers',
  'health-url': 'https://green.example/health',
};

/** The minimal inputs with these over them; an empty one takes an input away. */
export function read(over: Readonly<Record<string, string>>, config?: string, readFile: ReadFile = readsNone): Inputs {
  return readInputs({ ...minimal, ...over }, config === undefined ? undefined : { path: 'rollback.yml', text: config }, ['git', 'database', 'blue-green', 'canary'], readFile);
}

/** What the error says, one line for each mistake. */
export function mistakes(over: Readonly<Record<string, string>>, config?: string): readonly string[] {
  return mistakesOf(() => read(over, config));
}

/** The same of any reader. */
export function mistakesOf(reading: () => unknown): readonly string[] {
  try {
    reading();
  } catch (thrown) {
    if (thrown instanceof RollbackError) return thrown.message.split('\n');
    throw thrown;
  }
  return [];
}
