/** What a method that moves traffic has to know of every load balancer before it plans. Read only. */
import { gunzipSync } from 'node:zlib';
import type { Handling } from '../../commands/nginx.ts';
import { askTraffic } from '../../commands/nginx/assess.ts';
import { ways, type Way } from '../../commands/nginx/place.ts';
import { messageOf, RollbackError, type Failure } from '../../errors.ts';
import { readBegunRun, readEndedRun, type BegunRun, type EndedRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import { eachAtMost } from '../../parallel.ts';
import type { Answer } from '../../ports.ts';
import type { Surroundings } from '../method.ts';
import { readBlock, type Block } from './block.ts';
import { judgeMachine, noteMachine } from './judge.ts';
import { blockName, trafficPlace } from './place.ts';

export type BalancerFacts = Block & {
  readonly host: string;
  readonly user: string;
  /** The file, a character a byte. */
  readonly text: string;
  readonly hash: string;
  readonly way: Way;
  readonly unit: string;
  /** Runs on this block that have ended. */
  readonly ended: readonly EndedRun[];
  /** A run that was interrupted here, and whose file is still the one that it left or found. */
  readonly unfinished?: BegunRun;
  /** What the host did by itself when that run did not come back. */
  readonly decision?: string;
  readonly notes: readonly string[];
  /** The file, its mode and owner, as lines of `AsFound`: now, and as that run had found them. */
  readonly seen: readonly string[];
  readonly recorded: readonly string[];
};

export async function askBalancers(inputs: Inputs, around: Surroundings): Promise<readonly BalancerFacts[]> {
  const place = trafficPlace(inputs);
  const asked = await eachAtMost(inputs.parallel, inputs.loadBalancers, async ({ name }) => {
    const host = around.hosts.get(name);
    if (host === undefined) throw new Error(`${name} is no host of this run`);
    return { name, answer: await host.ask(askTraffic(place)) };
  });
  const read = asked.map(({ name, answer }) => readBalancer(inputs, name, answer));
  const [first, ...rest] = read.flatMap((each) => ('failures' in each ? each.failures : []));
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  return read.flatMap((each) => ('failures' in each ? [] : [each]));
}

export function handlingOf({ way, unit, errorLog }: BalancerFacts): Handling {
  return { way, unit, errorLog };
}

type Refused = { readonly failures: readonly Failure[] };

/** What a load balancer answered; or why its traffic must not be touched. */
function readBalancer(inputs: Inputs, host: string, { facts, code, output }: Answer): BalancerFacts | Refused {
  // What was told before it broke off would be judged as if it were all.
  if (code !== 0) return { failures: [{ code: 'step-failed', host, what: 'the load balancer could not be looked at to the end', why: output.trim().split('\n').at(-1) ?? '', fix: `Look what is wrong with the shell or the tools on ${host}.` }] };
  const all = (name: string): readonly string[] => facts.get(name) ?? [];
  const one = (name: string): string => all(name)[0] ?? '';
  const place = trafficPlace(inputs);
  const machine = judgeMachine(place, host, facts);
  if (machine.length > 0) return { failures: machine };
  const text = unpacked(host, one('nginx-file'));
  const block = readBlock(place, text, { dump: unpacked(host, one('nginx-config')), paths: [...new Set([place.file, one('nginx-path')])].filter((path) => path !== '') });
  if ('refusal' in block) return { failures: [{ ...block.refusal, host }] };
  const ended = all('release').map(readEndedRun).filter((each) => each !== undefined).filter(({ app }) => app === blockName(place));
  const told = readBegunRun(one('unfinished'));
  // Of a run that came to its end only what it kept was not put away.
  const begun = ended.some(({ run, result }) => run === told?.run && settledResults.includes(result)) ? undefined : told;
  const [decision] = all('decision');
  return {
    ...block, host, user: one('user'), text, hash: one('nginx-hash'), way: ways.find((way) => way === one('nginx-way')) ?? 'direct', unit: one('nginx-unit'),
    ended,
    ...(begun === undefined ? {} : { unfinished: begun }),
    ...(decision === undefined ? {} : { decision }),
    notes: noteMachine(facts), seen: all('as-found'), recorded: all('recorded'),
  };
}

const settledResults: readonly string[] = ['rolled-back', 'undone', 'refused'];

/** A host's answer of 1 MiB can unpack to a thousand. */
const mostBytes = 64 * 1024 * 1024;

/** Latin-1 gives each byte a character of its own, and back. */
function unpacked(host: string, packed: string): string {
  if (packed === '') return '';
  try {
    return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: mostBytes }).toString('latin1');
  } catch (thrown) {
    throw new RollbackError({ code: 'upstream-unsafe', host, what: 'what the host answered of its configuration cannot be unpacked', why: messageOf(thrown), fix: `Look at gzip and base64 on ${host}, and at the size of its configuration.` });
  }
}
