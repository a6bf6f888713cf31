/** Whoever is told of a run, over the real network, with what `post` has to know of it kept in a file. */
import type { Inputs } from '../inputs.ts';
import { notifiers } from '../notify/registry.ts';
import { againAfter, sendOver } from '../notify/sending.ts';
import { openTelling, type Telling } from '../notify/telling.ts';
import type { RunStart } from '../recording.ts';
import { actionsLog } from './actions/log.ts';
import { systemClock } from './clock.ts';
import { githubTelling } from './github-telling.ts';
import { memoryFile } from './memory.ts';
import { trySending } from './send.ts';

/** What messages get when everything else is done. */
const lastWords = 10_000;

export type People = Pick<Telling, 'tell'> & {
  /** Waits for ten seconds at most. @returns who was not told, and why */
  finish(): Promise<readonly string[]>;
  /** The outputs that name where the run was told, as far as they are known: of a slow GitHub that is only after `finish`. */
  outputs(): Readonly<Record<string, string>>;
};

export function peopleOf(inputs: Inputs, run: RunStart): People {
  const memory = memoryFile();
  const world = {
    clock: systemClock, memory, send: sendOver(trySending(), systemClock),
    github: githubTelling({ token: inputs.githubToken, repository: run.repository, apiUrl: process.env['GITHUB_API_URL'] }, againAfter(systemClock)),
  };
  const telling = openTelling(notifiers.flatMap((notifierOf) => notifierOf(inputs, world) ?? []), { clock: systemClock, log: actionsLog });
  return {
    tell: (event) => telling.tell(event),
    finish: () => telling.finish(lastWords),
    outputs() {
      const known = (['incident-url', 'deployment-id'] as const).map((name) => [name, memory.get(name) ?? ''] as const);
      return Object.fromEntries(known.filter(([, value]) => value !== ''));
    },
  };
}
