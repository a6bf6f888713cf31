/** Restoring beside the source: a new instance, or a new cluster with its members, once, and waiting for it. */
import { Refused, tell } from './asking.ts';
import { clusterSettingsOf, makesItsMembers, memberIds, memberLike } from './cluster.ts';
import { tellFrom, type Command } from './commands.ts';
import { number, part, text, type Description } from './description.ts';
import { settingsOf } from './instance.ts';
import { fromTag, sourceTag, tagText } from './tags.ts';
import { begin, untilAvailable } from './waiting.ts';
import type { Asked } from './port.ts';
import { alreadyOurs, existing, finished, tagsFor, type Working } from './working.ts';

type Restore = Extract<Command, { rds: 'restore' }>;
type Facts = readonly (readonly [name: string, value: string])[];

/** Facts: `restored` (its identifier), `address` (`<name> <port>`), `restored-seconds`, and what is to be told where it does not come into use. */
export async function restore(command: Restore, working: Working): Promise<Facts> {
  const { of, as, address } = command;
  const { rds, asking, clock } = working;
  const target = { kind: of.kind, id: as };
  const look = () => rds.describe(target);
  const start = clock.now();
  const source = await existing(of, working);
  if ((await tell(look, asking)) === undefined) {
    const answer = await begin(of, rds, () => request(command, source, working), asking);
    // An earlier request whose answer was lost was carried out.
    if (answer.kind === 'refused' && !/AlreadyExists/.test(answer.code)) throw new Refused(`AWS did not begin the restore: ${answer.message} (${answer.code})`);
    asking.say(`the restore of ${as} has begun`);
  }
  const first = await tell(look, asking);
  if (first !== undefined) alreadyOurs(first, as, working);
  const restored = await untilAvailable(as, look, asking);
  alreadyOurs(restored, as, working);
  const [name = ''] = addressOf(restored).split(' ');
  if (address !== undefined && name !== address) throw new Refused(`AWS gave ${as} the address ${name}, and the plan goes by ${address}`);
  if (of.kind === 'cluster' && !makesItsMembers(source)) await makeMembers(source, as, working);
  await finished(restored, working);
  return [['restored', as], ['address', addressOf(restored)], ['restored-seconds', String(Math.round((clock.now() - start) / 1000))], ['note-put-back', `${as} was restored and is not in use. It costs money until somebody deletes it; this action never does.`]];
}

function request({ of, from, as }: Restore, source: Description, working: Working): Promise<Asked<void>> {
  const { rds } = working;
  const tags = [...tagsFor(working), { Key: sourceTag, Value: of.id }, { Key: fromTag, Value: tagText(tellFrom(from)) }];
  if (of.kind === 'instance') {
    const where = from.kind === 'snapshot' ? { snapshot: from.id } : { instance: of.id, at: from.at };
    return rds.restoreInstance({ as, from: where, settings: settingsOf(source, tags) });
  }
  const where = from.kind === 'snapshot' ? { snapshot: from.id, engine: text(source, 'Engine') ?? '', version: text(source, 'EngineVersion') } : { cluster: of.id, at: from.at };
  return rds.restoreCluster({ as, from: where, settings: clusterSettingsOf(source, tags) });
}

/** A restored Aurora cluster has no instances. The writer comes first and alone: whichever is there first writes. */
async function makeMembers(source: Description, cluster: string, working: Working): Promise<void> {
  const { rds, asking, run } = working;
  const ids = memberIds(source);
  const likes = await Promise.all(ids.map(async (id) => memberLike(await existing({ kind: 'instance', id }, working), cluster, run, tagsFor(working))));
  for (const [index, like] of likes.entries()) {
    const look = () => rds.describe({ kind: 'instance', id: like.DBInstanceIdentifier });
    if ((await tell(look, asking)) === undefined) {
      const answer = await begin({ kind: 'cluster', id: cluster }, rds, () => rds.createMember(like), asking);
      if (answer.kind === 'refused' && !/AlreadyExists/.test(answer.code)) throw new Refused(`AWS did not make the cluster’s instance ${like.DBInstanceIdentifier}: ${answer.message} (${answer.code})`);
    }
    if (index === 0) await untilAvailable(like.DBInstanceIdentifier, look, asking);
  }
  for (const like of likes) {
    const made = await untilAvailable(like.DBInstanceIdentifier, () => rds.describe({ kind: 'instance', id: like.DBInstanceIdentifier }), asking);
    alreadyOurs(made, like.DBInstanceIdentifier, working);
  }
}

/** `<name> <port>` as clients use it; of a cluster that of the writer. */
export function addressOf(of: Description): string {
  const name = text(of, 'Endpoint') ?? text(part(of, 'Endpoint'), 'Address') ?? '';
  return `${name} ${number(of, 'Port') ?? number(part(of, 'Endpoint'), 'Port') ?? ''}`;
}

/** The address that AWS will give a restored one: the account's part of the name is the same for all of a region. Undefined where the live one has none. */
export function addressFor(live: Description, restored: string): string | undefined {
  const [name = ''] = addressOf(live).split(' ');
  const dot = name.indexOf('.');
  return dot === -1 ? undefined : `${restored}${name.slice(dot)}`;
}
