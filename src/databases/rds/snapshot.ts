/** Taking a snapshot, once, and waiting for it. */
import { Refused, tell } from './asking.ts';
import { text } from './description.ts';
import type { Command } from './commands.ts';
import { alreadyOurs, finished, tagsFor, type Working } from './working.ts';
import { begin, bytesOf, untilAvailable } from './waiting.ts';
import { byTag, releaseTag, tagText } from './tags.ts';

type Facts = readonly (readonly [name: string, value: string])[];

/** Facts as of every backup; `location` is the snapshot's identifier, `bytes` what it holds when it is restored. */
export async function takeSnapshot({ of, snapshot, by, release }: Extract<Command, { rds: 'snapshot' }>, working: Working): Promise<Facts> {
  const { rds, asking, clock } = working;
  const look = () => rds.snapshot(of.kind, snapshot);
  const found = await tell(look, asking);
  if (found === undefined) {
    const tags = [...tagsFor(working), { Key: byTag, Value: by }, ...(release === undefined ? [] : [{ Key: releaseTag, Value: tagText(release) }])];
    const start = clock.now();
    const answer = await begin(of, rds, () => rds.createSnapshot({ of, id: snapshot, tags }), asking);
    if (answer.kind === 'refused' && !/AlreadyExists/.test(answer.code)) throw new Refused(`AWS took no snapshot of ${of.id}: ${answer.message} (${answer.code})`);
    asking.say(`the snapshot ${snapshot} of ${of.id} was asked for ${Math.round((clock.now() - start) / 1000)} s after the first try`);
  }
  const made = await untilAvailable(`the snapshot ${snapshot}`, look, asking);
  alreadyOurs(made, snapshot, working);
  await finished(made, working);
  return [['backup', 'rds'], ['location', snapshot], ['bytes', String(bytesOf(made))], ['sha256', ''], ['snapshot-arn', text(made, 'DBSnapshotArn') ?? text(made, 'DBClusterSnapshotArn') ?? '']];
}
