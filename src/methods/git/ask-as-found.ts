/** How production is now, and what an undo goes back to: of a run that is taken up, what it found at first. Read only. */
import { answerTo, type AsFound } from '../../as-found.ts';
import { databaseSecret } from '../../databases/source.ts';
import type { Role } from '../../assess/host.ts';
import type { Inputs } from '../../inputs.ts';
import { eachAtMost } from '../../parallel.ts';
import type { Surroundings } from '../method.ts';
import { checkoutAsFound, type GitFacts } from './assess.ts';

export type Questions = {
  /** What else is asked with the checkout; it needs no database. */
  readonly beside?: (role: Role) => string;
  /** sh for the database host; undefined where the database is left alone. @param recorded what the run that is taken up had found */
  readonly database: (recorded: readonly string[]) => string | undefined;
};

export async function askAsFound(inputs: Inputs, { hosts }: GitFacts, ask: Questions, around: Surroundings): Promise<readonly AsFound[]> {
  const questions = hosts.flatMap(({ facts: { host, role, recorded } }) => {
    const database = role.database ? ask.database(recorded.database) : undefined;
    return [
      { recorded: recorded.checkout, question: { host, what: 'the checkout', script: `${checkoutAsFound(inputs, role)}${ask.beside?.(role) ?? ''}` } },
      ...(database === undefined ? [] : [{ recorded: recorded.database, question: { host, what: 'the database', script: database, needsDatabase: true as const } }]),
    ];
  });
  return eachAtMost(inputs.parallel, questions, async ({ recorded, question }) => {
    const seen = await answerTo(question, around.hosts, databaseSecret(inputs));
    return { ...question, seen, answer: recorded.length > 0 ? recorded : seen };
  });
}
