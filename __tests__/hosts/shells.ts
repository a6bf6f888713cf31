import { spawnSync } from 'node:child_process';

/** Those of these commands whose program this machine has. */
export function present(...commands: readonly string[]): readonly string[] {
  return commands.filter((command) => spawnSync('sh', ['-c', `command -v ${command.split(' ')[0]}`]).status === 0);
}
