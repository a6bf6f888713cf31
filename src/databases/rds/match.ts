/** Giving a restored instance or cluster what a restore call cannot say, then proving that it is like the source. */
import { nextLook, Refused } from './asking.ts';
import { clusterModificationOf, makesItsMembers, memberIds } from './cluster.ts';
import type { Command } from './commands.ts';
import { differences, rolesOf, tellDifferences, type Difference } from './compare.ts';
import { each, parts, text, type Description } from './description.ts';
import { modificationOf } from './instance.ts';
import { clusterMayDiffer, instanceMayDiffer, memberMayDiffer } from './may-differ.ts';
import { madeName } from './names.ts';
import type { Target } from './port.ts';
import { change, judge, statusOf } from './waiting.ts';
import { begun, existing, finished, type Working } from './working.ts';

type Match = Extract<Command, { rds: 'match' }>;
type Facts = readonly (readonly [name: string, value: string])[];

/** AWS tells of a change up to this long after it took it. */
const settling = 120_000;

/** Fact `compared`, how many fields; `differences 0`. @throws Refused with every difference */
export async function match({ of, restored }: Match, working: Working): Promise<Facts> {
  const target = { kind: of.kind, id: restored };
  await begun(await existing(target, working), working);
  const source = await existing(of, working);
  let compared = await like(source, target, of.kind === 'cluster' ? clusterMayDiffer : instanceMayDiffer, working);
  if (of.kind === 'cluster' && !makesItsMembers(source)) {
    for (const id of memberIds(source)) {
      compared += await like(await existing({ kind: 'instance', id }, working), { kind: 'instance', id: madeName(id, 'restored', working.run) }, memberMayDiffer, working);
    }
  }
  await finished(await existing(target, working), working);
  return [['compared', String(compared)], ['differences', '0']];
}

/** Fields that were compared and are alike. */
async function like(source: Description, target: Target, mayDiffer: Readonly<Record<string, string>>, working: Working): Promise<number> {
  const { asking, clock } = working;
  const done = { asked: '', rebooted: false };
  let quietSince = clock.now();
  for (;;) {
    const now = await existing(target, working);
    const status = statusOf(now);
    if (judge(status) === 'hopeless') throw new Refused(`${target.id} is ${status}`);
    const busy = judge(status) !== 'available' || Object.keys(pending(now)).length > 0;
    if (busy || (await improve(source, now, target, done, working))) {
      quietSince = clock.now();
      asking.say(`${target.id} is ${status}${busy && judge(status) === 'available' ? `, changing ${Object.keys(pending(now)).join(', ')}` : ''}`);
    } else {
      const found = differences(source, now, mayDiffer);
      if (found.length === 0 && isSettled(now)) return Object.keys(source).filter((field) => mayDiffer[field] === undefined).length;
      if (clock.now() - quietSince >= settling) throw unlike(target, found);
      asking.say(found.length === 0 ? `the parameters of ${target.id} are being applied` : `${target.id} is not yet like its source: ${found.map(({ field }) => field).join(', ')}`);
    }
    await nextLook(asking);
  }
}

/** Asks for the next change that brings it closer to the source; false when there is none left to ask for. */
async function improve(source: Description, now: Description, target: Target, done: { asked: string; rebooted: boolean }, working: Working): Promise<boolean> {
  const { rds, asking } = working;
  const modification = target.kind === 'instance' ? instanceModification(source, now) : clusterModification(source, now);
  const text = JSON.stringify(modification?.request);
  // Once: when AWS took it and nothing came of it, the comparison says so.
  if (modification !== undefined && text !== done.asked) {
    await change(target, rds, () => modification.send(working), asking);
    done.asked = text;
    return true;
  }
  const has = rolesOf(now).map(({ arn, feature }) => `${feature} ${arn}`);
  const role = rolesOf(source).find(({ arn, feature }) => !has.includes(`${feature} ${arn}`));
  if (role !== undefined) {
    await change(target, rds, () => rds.addRole(target, role), asking, /RoleAlreadyExists/);
    return true;
  }
  if (target.kind === 'instance' && !done.rebooted && awaitsReboot(now) && !awaitsReboot(source)) {
    done.rebooted = true;
    asking.say(`${target.id} restarts, for its parameters to come into force`);
    await change(target, rds, () => rds.reboot(target.id), asking);
    return true;
  }
  return false;
}

type Modification = { readonly request: unknown; readonly send: (working: Working) => ReturnType<Working['rds']['tag']> };

function instanceModification(source: Description, now: Description): Modification | undefined {
  const request = modificationOf(source, now);
  return request === undefined ? undefined : { request, send: ({ rds }) => rds.modifyInstance(request) };
}

function clusterModification(source: Description, now: Description): Modification | undefined {
  const request = clusterModificationOf(source, now);
  return request === undefined ? undefined : { request, send: ({ rds }) => rds.modifyCluster(request) };
}

function pending(of: Description): Description {
  const value = of['PendingModifiedValues'];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) : {};
}

function awaitsReboot(of: Description): boolean {
  return each(of, 'DBParameterGroups', 'ParameterApplyStatus')?.includes('pending-reboot') === true;
}

function isSettled(of: Description): boolean {
  return each(of, 'DBParameterGroups', 'ParameterApplyStatus')?.includes('applying') !== true
    && parts(of, 'AssociatedRoles').every((role) => text(role, 'Status') !== 'PENDING');
}

function unlike(target: Target, found: readonly Difference[]): Refused {
  return new Refused(found.length === 0 ? `the parameters of ${target.id} do not come into force` : `${target.id} is not like its source: ${tellDifferences(found)}`);
}
