import { placeName } from '../../checks/asked-at.ts';
import type { Report } from '../../outcome.ts';
import type { Proof, Stage } from '../../plan.ts';
import { KiB } from '../budget.ts';
import { line, text } from '../escape.ts';
import { listed } from '../quantity.ts';
import { table } from '../table.ts';

/** Every step in its order, the hosts on which it runs, and how it would be put back. */
export function plan({ plan: { stages } }: Report): string {
  return table({
    head: ['Stage', 'Step', 'On', 'If it has to be undone'],
    noun: 'step',
    limit: 30 * KiB,
    rows: stages.flatMap((stage, index) => steps(stage).map((cells, at) => [at === 0 ? `${String(index + 1)}. ${text(stage.name, 80)}` : '', ...cells])),
  });
}

function steps({ touches, steps: all, prove, proofs = [] }: Stage): readonly (readonly string[])[] {
  const same = Map.groupBy(all, ({ id, title, undo }) => JSON.stringify([id, line(title, 160), line(undo?.title ?? '', 160)]));
  const nothing = touches ? '' : 'nothing in production changes';
  const proof = [['*these must answer as the target before anything else is done*', hosts(prove), '']];
  return [
    ...[...same.values()].flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [[text(first.title, 160), hosts(group.map(({ host }) => host)), text(first.undo?.title ?? nothing, 160)]];
    }),
    ...(prove.length === 0 ? [] : proof),
    ...proofs.map((each) => [`*${inWords(each)} before anything else is done*`, hosts(askedFrom(each)), '']),
  ];
}

function inWords(proof: Proof): string {
  switch (proof.kind) {
    case 'servers': return `${text(listed([...new Set(proof.servers.map(({ at }) => placeName(at)))]), 160)} must answer well, asked from here,`;
    case 'gone': return `none of ${proof.requests} requests may reach ${text(proof.server.name, 160)}`;
  }
}

function askedFrom(proof: Proof): readonly string[] {
  const asked = proof.kind === 'servers' ? proof.servers : proof.through;
  return [...new Set(asked.map(({ balancer }) => balancer))];
}

function hosts(names: readonly string[]): string {
  return text(listed(names.map((name) => line(name, 80))));
}
