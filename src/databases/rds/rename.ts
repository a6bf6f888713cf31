/** Giving an instance or cluster another identifier. Whoever does it twice, or back, finds what is there. */
import { nextLook, Refused, tell } from './asking.ts';
import type { Command, Whose } from './commands.ts';
import { tagsOf, runTag, tagText } from './tags.ts';
import type { Description } from './description.ts';
import { change, judge, statusOf, untilAvailable } from './waiting.ts';
import { begun, finished, isOurs, resourceOf, type Working } from './working.ts';
import type { Target } from './port.ts';

type Rename = Extract<Command, { rds: 'rename' }>;
type Facts = readonly (readonly [name: string, value: string])[];

/** Fact `renamed` (`<from> <to>`). */
export async function rename({ from, to, whose }: Rename, working: Working): Promise<Facts> {
  const { rds, asking } = working;
  const target: Target = { kind: from.kind, id: to };
  const isIt = (found: Description): boolean => isWhose(found, whose, working.run);
  const look = () => rds.describe(target);
  const there = await tell(look, asking);
  if (there !== undefined && !isIt(there)) throw new Refused(`${to} is another ${from.kind} (${resourceOf(there)}): nothing was renamed`);
  if (there === undefined) {
    const found = await tell(() => rds.describe(from), asking);
    if (found === undefined) await stillRenaming(from, target, working);
    else {
      if (!isIt(found)) throw new Refused(`${from.id} is not what the plan means (${resourceOf(found)}): nothing was renamed`);
      await journal(from.kind, 'begun', working);
      await change(from, rds, () => (from.kind === 'instance'
        ? rds.modifyInstance({ DBInstanceIdentifier: from.id, NewDBInstanceIdentifier: to }) : rds.modifyCluster({ DBClusterIdentifier: from.id, NewDBClusterIdentifier: to })), asking, renamedAlready);
      await gone(from, target, working);
    }
  }
  await untilAvailable(to, look, asking);
  await journal(from.kind, 'finished', working);
  return [['renamed', `${from.id} ${to}`]];
}

/** An earlier request whose answer was lost: the old name is gone, or busy until it is. */
const renamedAlready = /NotFound|^InvalidDB(Instance|Cluster)State/;

function isWhose(found: Description, whose: Whose, run: string): boolean {
  return whose === 'restored' ? isOurs(found, run) : resourceOf(found) === whose.resource;
}

/** While AWS renames it, it may be under neither name for a moment. */
async function stillRenaming(from: Target, to: Target, { rds, asking, clock }: Working): Promise<void> {
  for (const start = clock.now(); ;) {
    if ((await tell(() => rds.describe(to), asking)) !== undefined) return;
    if (clock.now() - start > 300_000) throw new Refused(`there is neither ${from.id} nor ${to.id}`);
    await nextLook(asking);
  }
}

/** AWS takes a rename and carries it out some minutes later: until then the old name is there, and available. */
async function gone(from: Target, to: Target, working: Working): Promise<void> {
  const { rds, asking } = working;
  for (;;) {
    if ((await tell(() => rds.describe(to), asking)) !== undefined) return;
    const found = await tell(() => rds.describe(from), asking);
    if (found === undefined) return stillRenaming(from, to, working);
    const status = statusOf(found);
    if (judge(status) === 'hopeless') throw new Refused(`${from.id} is ${status} and was not renamed`);
    asking.say(`${from.id} is ${status}, to be called ${to.id}`);
    await nextLook(asking);
  }
}

/** The journal of renames is on what the run restored, whatever that is called: the source is left without tags of ours. */
async function journal(kind: Target['kind'], state: 'begun' | 'finished', working: Working): Promise<void> {
  const { rds, asking, run } = working;
  const all = await tell(() => rds.list(kind), asking);
  const restored = all.find((each) => tagsOf(each).some(({ Key, Value }) => Key === runTag && Value === tagText(run)));
  if (restored !== undefined) await (state === 'begun' ? begun(restored, working) : finished(restored, working));
}
