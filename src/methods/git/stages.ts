/** Stages that the methods which move code share. Pure. */
import type { Inputs } from '../../inputs.ts';
import { sizeOf } from '../../inputs/kinds/batch.ts';
import type { Stage, Step } from '../../plan.ts';
import type { TargetOnHost } from './assess.ts';
import type { Parts } from './parts.ts';

export function stage(name: string, { touches, untimed }: { touches: boolean; untimed?: true }, steps: readonly Step[], prove: readonly string[] = []): Stage {
  return { name, touches, steps, prove, ...(untimed === undefined ? {} : { untimed }) };
}

/** The first host alone (with those that serve nothing), then the others in batches, then the reloads. */
export function switchHosts(inputs: Inputs, hosts: readonly TargetOnHost[], on: (each: TargetOnHost) => Parts): readonly Stage[] {
  const serving = hosts.filter(({ facts: { role } }) => role.app);
  const others = hosts.filter(({ facts: { role } }) => !role.app);
  const [first, ...rest] = serving;
  if (first === undefined) return [];
  return [
    switching(`First host: ${first.facts.host}`, [...others, first], on),
    ...batches(rest, sizeOf(inputs.batch, rest.length)).map((batch, index, all) =>
      switching(all.length === 1 ? 'Other hosts' : `Batch ${index + 1} of ${all.length}`, batch, on)),
    stage('Reload', { touches: true }, serving.flatMap((each) => on(each).reload)),
  ];
}

function switching(name: string, hosts: readonly TargetOnHost[], on: (each: TargetOnHost) => Parts): Stage {
  const serving = hosts.filter(({ facts: { role } }) => role.app).map(({ facts: { host } }) => host);
  return stage(name, { touches: true }, hosts.flatMap((each) => on(each).switch), serving);
}

function batches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

