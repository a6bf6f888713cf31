/** What an upstream of a loaded configuration is used for, and whether its block decides who answers. Pure. */
import type { Configuration, Placed } from './configuration.ts';
import { lineAt } from './layout.ts';
import { type Front, frontsOf } from './listen.ts';
import { anything, valuesOf, variablesIn } from './values.ts';

export type Use = {
  /** The file is part of what nginx loads. */
  readonly loaded: boolean;
  /** Paths of the files that define this upstream. */
  readonly definedIn: readonly string[];
  /** Of the servers that pass requests to it and to nobody else in its place. */
  readonly fronts: readonly Front[];
  /** A variable can choose it, or another; present where that decides over requests to it. */
  readonly byVariable?: ByVariable;
  /** It is one of `stream`, which knows of no HTTP. */
  readonly stream: boolean;
  /** How requests are passed to it: `http`, `https`, `fastcgi`, `uwsgi`, `scgi`, `grpc`, `grpcs`, `memcached`; `tcp` for `stream`. */
  readonly protocols: readonly string[];
};

export type ByVariable = { /** Without its `$`. */ readonly variable: string; readonly file: string; readonly line: number };

/** What the configuration does with an upstream of a file; where the file is loaded by another path (a link), all its paths. */
export function useOf({ files, tree }: Configuration, file: string | readonly string[], name: string): Use {
  const paths = [file].flat();
  const defining = found(tree, ({ directive }) => directive.name === 'upstream' && isSame(directive.args[0]?.value ?? '', name));
  const stream = defining.some(({ placed, within }) => paths.includes(placed.file.path) && isInStream(within));
  const servers = found(tree, ({ directive }) => directive.name === 'server' && directive.block !== undefined).filter(({ within }) => isInStream(within) === stream);
  const passes = servers.flatMap(({ placed: server }) => passesIn(server).map((pass) => ({ server, pass, answer: answerOf(pass, server, tree, name) })));
  const always = passes.filter(({ answer }) => answer === 'always');
  const chosen = passes.find(({ answer }) => answer === 'sometimes') ?? (always.length === 0 ? passes.find(({ answer }) => answer === 'unknown') : undefined);
  return {
    loaded: files.some(({ path }) => paths.includes(path)),
    definedIn: [...new Set(defining.filter(({ within }) => isInStream(within) === stream).map(({ placed }) => placed.file.path))],
    fronts: [...new Set(always.map(({ server }) => server))].flatMap(frontsOf),
    stream,
    protocols: [...new Set(always.map(({ pass }) => (stream ? 'tcp' : protocolOf(pass))))],
    ...(chosen === undefined ? {} : { byVariable: { variable: variablesIn(targetOf(chosen.pass))[0] ?? '', file: chosen.pass.file.path, line: lineAt(chosen.pass.file.text, chosen.pass.directive.start) } }),
  };
}

/** Why requests would not follow a change of the block, one sentence without a full stop; undefined: they do. */
export function refusalOf({ loaded, definedIn, fronts, byVariable }: Use, file: string | readonly string[], name: string): string | undefined {
  const paths = [file].flat();
  const elsewhere = definedIn.find((path) => !paths.includes(path));
  if (!loaded) return `nginx does not load ${paths.join(', ')}: nginx -T does not show it`;
  if (elsewhere !== undefined) return `the upstream ${name} is defined in ${elsewhere}${definedIn.length > 1 ? ' as well' : ', not in this file, as nginx -T shows it'}`;
  if (byVariable !== undefined) return `the variable $${byVariable.variable} chooses whether requests go to the upstream ${name} (${byVariable.file}, line ${byVariable.line}), so that its block alone does not decide`;
  if (fronts.length === 0) return `no server passes requests to the upstream ${name}`;
  return undefined;
}

type Found = { readonly placed: Placed; readonly within: readonly string[] };

function found(all: readonly Placed[], fits: (placed: Placed) => boolean, within: readonly string[] = []): readonly Found[] {
  return all.flatMap((placed) => (fits(placed) ? [{ placed, within }] : found(placed.inside, fits, [...within, placed.directive.name])));
}

function isInStream(within: readonly string[]): boolean {
  return within.includes('stream');
}

/** nginx compares the names of upstreams without regard to case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function passesIn(server: Placed): readonly Placed[] {
  return found(server.inside, ({ directive }) => /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass$/.test(directive.name)).map(({ placed }) => placed);
}

function targetOf({ directive }: Placed): string {
  return directive.args[0]?.value ?? '';
}

function hostOf(target: string): string {
  return target.replace(/^\w+:\/\//, '').replace(/\/[\s\S]*$/, '');
}

function protocolOf(pass: Placed): string {
  const scheme = /^(\w+):\/\//.exec(targetOf(pass))?.[1]?.toLowerCase();
  return scheme ?? (pass.directive.name === 'proxy_pass' ? 'http' : pass.directive.name.replace('_pass', ''));
}

/** Whether a pass leads to the upstream. */
function answerOf(pass: Placed, server: Placed, tree: readonly Placed[], name: string): 'always' | 'sometimes' | 'unknown' | 'never' {
  const values = valuesOf(targetOf(pass), server, tree);
  const hits = values.filter((value) => isSame(hostOf(value), name));
  if (hits.length > 0) return hits.length === values.length ? 'always' : 'sometimes';
  return values.some((value) => couldBe(value, name)) ? 'unknown' : 'never';
}

/** With something in the place of what is not known. */
function couldBe(value: string, name: string): boolean {
  if (!value.includes(anything)) return false;
  const pattern = value.split(anything).map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('.*');
  return [name, `http://${name}`, `https://${name}`, `grpc://${name}`, `grpcs://${name}`, `${name}/`, `http://${name}/`, `https://${name}/`].some((one) => new RegExp(`^${pattern}`, 'i').test(one));
}
