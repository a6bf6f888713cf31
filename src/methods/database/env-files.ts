/** The env file of every host, in which a restore may change the address of the database. */
import { askEnvFile } from '../../commands/env-file.ts';
import { repository } from '../../commands/git.ts';
import type { Failure } from '../../errors.ts';
import type { Inputs } from '../../inputs.ts';
import { eachAtMost } from '../../parallel.ts';
import type { Facts } from '../../ports.ts';
import type { GitFacts } from '../git/assess.ts';
import type { Surroundings } from '../method.ts';

/** What `askEnvFile` told, by host: the application reads it there. Read only. */
export async function askEnvFiles(inputs: Inputs, facts: GitFacts, around: Surroundings): Promise<ReadonlyMap<string, Facts>> {
  const { envFile, envKey, appDir } = inputs;
  if (envFile === undefined) return new Map();
  const asked = await eachAtMost(inputs.parallel, facts.hosts, async ({ facts: { host } }) => {
    const answer = await around.hosts.get(host)?.ask(`${repository(appDir)}${askEnvFile(envFile, envKey)}`);
    return [host, answer?.code === 0 ? answer.facts : new Map([['env-trouble', [answer?.output.trimEnd().split('\n').at(-1) ?? 'it could not be read']]])] as const;
  });
  return new Map(asked);
}

/** @param live the database that every file has to name, and the host that said so; undefined while some may name the restored one already */
export function judgeFiles({ envFile, rdsInstance }: Inputs, files: ReadonlyMap<string, Facts>, live: { readonly database: string; readonly host: string } | undefined): readonly Failure[] {
  return [...files].flatMap(([on, asked]) => {
    const named = asked.get('env-database')?.[0];
    return [
      ...(asked.get('env-trouble') ?? []).map((why): Failure => ({ code: 'no-rights', host: on, what: `the address of the database in ${envFile} cannot be changed`, why, fix: `Mend that, or set "cutover: ${rdsInstance === undefined ? 'swap' : 'rename'}".` })),
      ...(live === undefined || named === undefined || named === live.database ? [] : [{ code: 'diverged' as const, host: on, what: `${envFile} names the database ${named}, on ${live.host} it names ${live.database}`, fix: 'Let every host use the same database first.' }]),
    ];
  });
}
