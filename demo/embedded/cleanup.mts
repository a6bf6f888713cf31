import { spawn } from 'node:child_process';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markOf } from './host.mts';

/** A hundred turns: a process that the kernel does not let go of keeps nobody waiting for ever. */
const cleanup = `
mark=$1 folder=$2
cat >/dev/null
turn=0
while [ "$turn" -lt 100 ]; do
  ids=$(grep -lsF "$mark" /proc/[0-9]*/environ | cut -d / -f 3)
  [ -n "$ids" ] || break
  kill -KILL $ids 2>/dev/null
  sleep 0.02
  turn=$((turn + 1))
done
rm -rf "$folder"
`;

/**
 * A folder for hosts. When it is disposed of, or when this process ends, however it ends, every process that carries its mark is ended and it is removed.
 */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'rollback-demo-')));
  const mark = Object.entries(markOf(path)).map(([name, value]) => `${name}=${value}`).join('');
  const guard = spawn('/bin/sh', ['-c', cleanup, 'cleanup', mark, path], { stdio: ['pipe', 'ignore', 'inherit'], env: { PATH: process.env['PATH'] }, detached: true });
  const done = new Promise<void>((resolve, reject) => guard.once('error', reject).once('exit', () => resolve()));
  return {
    path,
    async [Symbol.asyncDispose]() {
      guard.stdin.end();
      await done;
    },
  };
}
