import { getExecOutput } from '@actions/exec';
import type { Failure } from '../errors.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../ports.ts';

/** Runs the user's command on the runner by `sh`; the reason when it failed. Inputs of this action are not in its environment. */
export async function runCommand(text: string, environment: Readonly<Record<string, string>>, log: Log): Promise<Failure | undefined> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) => (name.startsWith('INPUT_') || value === undefined ? [] : [[name, value] as const]));
  const env = { ...Object.fromEntries(inherited), ...environment };
  const fix = 'Run it by hand on the runner to see what it lacks.';
  try {
    const { exitCode, stdout, stderr } = await getExecOutput('sh', ['-c', text], { env, silent: true, ignoreReturnCode: true });
    log.group(`Command: ${text.split('\n')[0] ?? ''}`, stdout + stderr);
    if (exitCode === 0) return undefined;
    return { code: 'before-command-failed', what: `the command failed with exit status ${exitCode}`, why: (stdout + stderr).trimEnd().split('\n').at(-1) ?? '', fix };
  } catch (thrown) {
    return { code: 'before-command-failed', what: 'the command could not be run', why: messageOf(thrown), fix };
  }
}
