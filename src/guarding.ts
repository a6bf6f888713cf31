/** The story of the step before a deployment: what is remembered is asked for, and says whether this commit may be deployed. */
import { failuresIn, sentence } from './errors.ts';
import { type Compare, judgeCommit, type GuardVerdict } from './guards/judge.ts';
import { journalIn, journalQuestion } from './guards/journal.ts';
import type { RollbackRecord } from './guards/memory.ts';
import type { GuardReport } from './guards/outcome.ts';
import { reached } from './hosts/reached.ts';
import type { HostAddress } from './inputs/addresses.ts';
import type { GuardInputs } from './inputs/guard.ts';
import { eachAtMost } from './parallel.ts';
import type { RunStart } from './recording.ts';
import type { Connected } from './world.ts';

export type GuardWorld = {
  /** One host. @throws RollbackError when it cannot be reached */
  connect(host: HostAddress): Promise<Connected>;
  /** Undefined when GitHub cannot be asked. */
  records(): Promise<readonly RollbackRecord[] | undefined>;
  readonly compare: Compare;
};

const handshakes = 5;

/** @param commit full SHA */
export async function guard(inputs: GuardInputs, run: RunStart, commit: string, world: GuardWorld): Promise<GuardReport> {
  const [records, journals] = await Promise.all([world.records(), readJournals(inputs, world)]);
  const read = journals.flatMap(({ told }) => told ?? []);
  const notes = [...(records === undefined ? ['GitHub\'s deployment records could not be read.'] : []), ...journals.flatMap(({ why }) => why ?? [])];
  const isKnown = records !== undefined || journals.some(({ told }) => told !== undefined);
  const verdict = await judgeCommit(commit, isKnown ? [...(records ?? []), ...read] : undefined, world.compare);
  return { run, commit, verdict: lifted(verdict, inputs, run), notes };
}

type Journal = { readonly told?: readonly RollbackRecord[]; readonly why?: string };

async function readJournals({ hosts, environment, appDir }: GuardInputs, world: GuardWorld): Promise<readonly Journal[]> {
  if (appDir === undefined) return [];
  return eachAtMost(handshakes, hosts, async (address): Promise<Journal> => {
    try {
      await using host = reached(address.name, () => world.connect(address));
      return { told: journalIn(address.name, appDir, (await host.ask(journalQuestion(environment, appDir))).facts) };
    } catch (thrown) {
      return { why: failuresIn(thrown).map(sentence).join(' ') };
    }
  });
}

/** What a person answers for is let through, and says so; so is what nobody knows, where the user wants that. */
function lifted(verdict: GuardVerdict, { unlock, reason = '', onUnknown }: GuardInputs, { actor }: RunStart): GuardVerdict {
  if (verdict.allowed) return verdict;
  if (unlock) return { ...verdict, allowed: true, reason: `${verdict.reason}; unlocked by ${actor}, because "${reason}"`, fix: '' };
  return verdict.code === 'unknown' && onUnknown === 'pass' ? { ...verdict, allowed: true, fix: '' } : verdict;
}
