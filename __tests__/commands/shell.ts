/** Runs a script of ours in a real `sh`, with a prelude that reports facts as a host does. */
import { spawnSync } from 'node:child_process';

export type Ran = { readonly code: number; readonly facts: ReadonlyMap<string, readonly string[]>; readonly output: string };

const prelude = `set -eu
fact() { name=$1; shift; printf '%s=%s\\n' "$name" "$(printf '%s' "$*" | tr '\\n\\r' '  ')" >&4; }
facts() { while IFS= read -r line || [ -n "$line" ]; do fact "$1" "$line"; done; }
as_root() { "$@"; }
`;

export function runScript(script: string, environment: Readonly<Record<string, string>> = {}): Ran {
  const done = spawnSync('sh', ['-s'], {
    input: prelude + script,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LC_ALL: 'C', GIT_CONFIG_GLOBAL: '/dev/null', ...environment },
    stdio: ['pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
  });
  const facts = new Map<string, string[]>();
  for (const line of (done.output[4] ?? '').split('\n')) {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) facts.set(name, [...(facts.get(name) ?? []), value]);
  }
  return { code: done.status ?? -1, facts, output: done.stdout + done.stderr };
}
