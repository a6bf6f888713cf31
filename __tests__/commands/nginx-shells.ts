/** The shells and awks that hosts have, as far as this machine has them. */
import { spawnSync } from 'node:child_process';

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Words that start a POSIX sh. */
export const shells: readonly (readonly [string, ...string[]])[] = [['dash'], ['busybox', 'sh'], ['bash', '--posix']].filter(([program = '']) => has(program)).map(([program = 'sh', ...rest]) => [program, ...rest]);

export const awks: readonly string[] = ['mawk', 'gawk', 'busybox awk'].filter((awk) => has(awk.split(' ')[0] ?? ''));
