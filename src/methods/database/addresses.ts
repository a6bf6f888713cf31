/** The steps that let the application use the restored data by its address, and prove that it does. Pure. */
import { repoint, repointBack, type Repointed } from '../../commands/env-file.ts';
import { repository } from '../../commands/git.ts';
import { noConnectionsTo } from '../../commands/connections.ts';
import { quote } from '../../commands/quote.ts';
import type { Inputs } from '../../inputs.ts';
import type { Step } from '../../plan.ts';
import type { GitFacts } from '../git/assess.ts';

/** @param note told by one of the hosts when the run has ended so: of data that an undo made live again nobody is to hear how it is deleted */
export function repointSteps({ appDir, envFile, envKey }: Inputs, facts: GitFacts, to: Repointed, note: string): readonly Step[] {
  if (envFile === undefined) return [];
  return facts.hosts.map(({ facts: { host, role } }) => ({
    id: 'repoint', title: `Let ${envKey} name ${to.address ?? `the database ${to.database ?? ''}`}`, host, limit: 60_000,
    script: `${repository(appDir)}${repoint(envFile, envKey, to)}${role.database ? `fact note-rolled-back ${quote(note)}\n` : ''}`,
    undo: { title: `${envFile} as it was`, script: repository(appDir) + repointBack(envFile), limit: 60_000 },
    failure: { code: 'step-failed', fix: `Look at ${envFile} on ${host}.` },
  }));
}

/** When the services run again, none of them may still be connected to where they were: a pool or a second process would go on writing there. */
export function provenAddress(facts: GitFacts, address: string): readonly Step[] {
  const [name = '', port = ''] = address.split(' ');
  return facts.hosts.filter(({ facts: { role } }) => role.app).map(({ facts: { host } }) => ({
    id: 'old-address', title: `No connection to ${name} is left`, host, limit: 120_000, script: noConnectionsTo(name, port),
    failure: { code: 'not-proved', what: `something on ${host} is still connected to ${name}`, fix: `\`ss -tnp dst ${name}\` on ${host} says what; it has to be restarted as well: add it to "services".` },
  }));
}
