/** The journals of the hosts, as the guard asks for them. */
import { checkoutFacts, isSha, repository } from '../commands/git.ts';
import { readBegunRun, readEndedRun, stateFolder } from '../hosts/history.ts';
import type { Facts } from '../ports.ts';
import { recordsOf, type RollbackRecord } from './memory.ts';

/** Changes nothing. */
export function journalQuestion(environment: string, appDir: string): string {
  return `${repository(appDir)}${checkoutFacts}
releases=${stateFolder(environment)}/releases
if [ -f "$releases" ]; then tail -n 200 "$releases" | facts release; fi
`;
}

/** An unfinished run counts only while the checkout is on one of its releases: otherwise somebody has deployed since. */
export function journalIn(host: string, appDir: string, facts: Facts): readonly RollbackRecord[] {
  const ended = (facts.get('release') ?? []).map(readEndedRun).filter((each) => each !== undefined).filter(({ from, to }) => isSha(from) && isSha(to));
  const head = facts.get('head')?.[0];
  const begun = readBegunRun(facts.get('unfinished')?.[0] ?? '');
  const unfinished = begun !== undefined && isSha(begun.from) && isSha(begun.to) && (head === begun.from || head === begun.to) ? begun : undefined;
  return recordsOf(host, appDir, ended, unfinished);
}
