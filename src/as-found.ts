/** Whether production is as it was found: the assessment's questions, asked again. */
import type { Failure } from './errors.ts';
import { eachAtMost } from './parallel.ts';
import type { ReadableHost } from './ports.ts';

/** A read-only question and its answer at the assessment; an undo is complete when the same question has the same answer again. */
export type AsFound = {
  readonly host: string;
  /** What is compared, for a person: `the checkout`. */
  readonly what: string;
  readonly script: string;
  readonly needsDatabase?: true;
  /** The lines of the answer that an undo goes back to; of a run that is taken up, what was found at first. Undefined when it could not be had. */
  readonly answer: readonly string[] | undefined;
  /** The lines of the answer at this run's own assessment. */
  readonly seen: readonly string[] | undefined;
};

/**
 * Asks again what the assessment asked; every answer that is another one now.
 * @param byTheApplication lines that may differ, because the application itself goes on writing
 */
export async function unlikeFound(
  asFound: readonly AsFound[], hosts: ReadonlyMap<string, ReadableHost>, by: { readonly parallel: number; readonly databaseSecret?: string },
  byTheApplication: (line: string) => boolean = () => false,
): Promise<readonly Failure[]> {
  const compared = await eachAtMost(by.parallel, asFound, async (question): Promise<Failure | undefined> => {
    const { host, what, answer } = question;
    const now = await answerTo(question, hosts, by.databaseSecret);
    if (answer === undefined || now === undefined) return { code: 'undo-failed', host, what: `whether ${what} is as it was found could not be asked`, fix: `Look at ${what} on ${host}.` };
    const differs = [...new Set([...answer, ...now])].filter((line) => answer.includes(line) !== now.includes(line) && !byTheApplication(line));
    if (differs.length === 0) return undefined;
    return { code: 'undo-failed', host, what: `${what} is not as it was found`, why: differs.slice(0, 10).map((line) => `${answer.includes(line) ? 'was' : 'is'} ${line}`).join('; '), fix: `Compare ${what} on ${host} with the plan in the summary, and mend it by hand.` };
  });
  return compared.filter((failure) => failure !== undefined);
}

/** The lines of the fact `as-found`; undefined when the question failed. */
export async function answerTo({ host, script, needsDatabase }: Omit<AsFound, 'answer' | 'seen'>, hosts: ReadonlyMap<string, ReadableHost>, secret: string | undefined): Promise<readonly string[] | undefined> {
  const answer = await hosts.get(host)?.ask(script, { limit: 300_000, ...(needsDatabase && secret !== undefined ? { secret } : {}) }).catch(() => undefined);
  return answer === undefined || answer.code !== 0 ? undefined : (answer.facts.get('as-found') ?? []);
}
