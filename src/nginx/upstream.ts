/** One `upstream` block of a file: who is in it. Pure. */
import { keyOf } from './address.ts';
import { type Block, type Directive, isUnreadable, parse } from './grammar.ts';
import { lineAt } from './layout.ts';

/** A server as a block names it, its parameters in their order: `weight=9`, `down`. */
export type Server = { readonly address: string; readonly parameters: readonly string[] };

export type Member = Server & {
  /** The address for comparison: `keyOf`. */
  readonly key: string;
  readonly down: boolean;
  readonly backup: boolean;
  readonly weight: number;
  /** The directive as it is written, without its `;`. */
  readonly line: string;
};

export type Upstream =
  | { readonly kind: 'found'; readonly members: readonly Member[]; /** Names of the block's other directives. */ readonly others: readonly string[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string };

/** The block with where it is written; its servers in the order of the members. */
export type Located = Extract<Upstream, { kind: 'found' }> & { readonly block: Block; readonly servers: readonly ServerLine[]; readonly start: number; readonly end: number };
export type ServerLine = { readonly member: Member; readonly directive: Directive };

/** What a file says of an upstream; refused where a change of its `server` lines could not be made, or would not decide who gets requests. */
export function readUpstream(text: string, name: string): Upstream {
  const located = locate(text, name);
  return located.kind === 'found' ? { kind: 'found', members: located.members, others: located.others } : located;
}

/** As `readUpstream`, with places. */
export function locate(text: string, name: string): Located | Exclude<Upstream, { kind: 'found' }> {
  const parsed = parse(text);
  if (isUnreadable(parsed)) return refused(`nginx could not read the file: line ${parsed.line}: ${parsed.what}`);
  const found = upstreamsIn(parsed).filter(({ args }) => args[0]?.value.toLowerCase() === name.toLowerCase());
  const [only, another] = found;
  if (only?.block === undefined) return { kind: 'absent' };
  if (another !== undefined) return refused(`the upstream ${name} is defined more than once in the file, in the lines ${found.map(({ start }) => lineAt(text, start)).join(' and ')}`);
  const reason = refusalIn(text, only.block);
  if (reason !== undefined) return refused(reason);
  const servers = only.block.directives.filter(isServer).map((directive) => ({ directive, member: memberOf(text, directive) }));
  return {
    kind: 'found', block: only.block, servers, start: only.start, end: only.end,
    members: servers.map(({ member }) => member),
    others: only.block.directives.filter((directive) => !isServer(directive)).map((directive) => directive.name),
  };
}

/** A server that gets requests as long as it answers. */
export function isLive({ parameters }: Server): boolean {
  return !parameters.includes('down') && !parameters.includes('backup');
}

/** All blocks that define an upstream, wherever they are. */
function upstreamsIn(directives: readonly Directive[]): readonly Directive[] {
  return directives.flatMap((one) => (one.block === undefined ? [] : one.name === 'upstream' ? [one] : upstreamsIn(one.block.directives)));
}

/** With these the block's `server` lines do not say who gets requests. */
const deciders: ReadonlyMap<string, string> = new Map([
  ['include', 'takes some of its lines from another file'],
  ['balancer_by_lua_block', 'chooses its servers in Lua'],
  ['balancer_by_lua_file', 'chooses its servers in Lua'],
  ['state', 'keeps its servers in a state file'],
  ['upsync', 'takes its servers from a registry'],
  ['jdomain', 'takes its servers from a name'],
]);

function refusalIn(text: string, block: Block): string | undefined {
  for (const directive of block.directives) {
    const [at, why] = [`line ${lineAt(text, directive.start)}`, deciders.get(directive.name)];
    if (why !== undefined) return `${at}: the block ${why} (${directive.name}), so that its server lines alone do not decide`;
    if (!isServer(directive)) continue;
    if (directive.block !== undefined || directive.args[0] === undefined) return `${at}: a server without an address`;
    if (directive.args[0].value.includes('$')) return `${at}: the address of a server holds a variable: ${directive.args[0].value}`;
  }
  return undefined;
}

function isServer({ name }: Directive): boolean {
  return name === 'server';
}

function memberOf(text: string, { args, start, end }: Directive): Member {
  const [address = '', ...parameters] = args.map(({ value }) => value);
  const weight = parameters.map((parameter) => /^weight=(\d+)$/.exec(parameter)?.[1]).find((found) => found !== undefined);
  return {
    address, parameters, key: keyOf(address), weight: Number(weight ?? 1),
    down: parameters.includes('down'), backup: parameters.includes('backup'),
    line: text.slice(start, end - 1).trimEnd(),
  };
}

function refused(reason: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason };
}
