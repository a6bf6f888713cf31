/** The steps that let the application use the restored data by its address. Pure. */
import { repoint, repointBack } from '../../commands/env-file.ts';
import { repository } from '../../commands/git.ts';
import { quote } from '../../commands/quote.ts';
import type { Inputs } from '../../inputs.ts';
import type { Step } from '../../plan.ts';
import type { GitFacts } from '../git/assess.ts';
import type { RestoreFacts } from './assess.ts';
import { keptNote } from './steps.ts';

export function envFileSteps({ appDir, envFile, envKey, cutover }: Inputs, facts: GitFacts, restore: RestoreFacts): readonly Step[] {
  if (cutover !== 'repoint' || envFile === undefined) return [];
  const { names } = restore.restoring;
  return facts.hosts.map(({ facts: { host } }) => ({
    id: 'repoint', title: `Let ${envKey} name the database ${names.restored}`, host, limit: 60_000,
    script: `${repository(appDir)}${repoint(envFile, envKey, { database: names.restored })}${host === restore.database.host ? `fact note ${quote(keptNote(restore))}\n` : ''}`,
    undo: { title: `${envFile} as it was`, script: repository(appDir) + repointBack(envFile), limit: 60_000 },
    failure: { code: 'step-failed', fix: `Look at ${envFile} on ${host}.` },
  }));
}
