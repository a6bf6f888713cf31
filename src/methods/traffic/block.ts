/** The block and what the loaded configuration does with it; or why it must not be changed. Pure. */
import type { Failure, ReasonCode } from '../../errors.ts';
import { errorLogOf, readConfiguration } from '../../nginx/configuration.ts';
import { readUpstream, type Member } from '../../nginx/upstream.ts';
import { refusalOf, useOf, type Use } from '../../nginx/use.ts';
import type { TrafficPlace } from '../../commands/nginx/place.ts';

export type Block = {
  readonly members: readonly Member[];
  readonly use: Use;
  /** Where nginx writes why a reload failed; undefined where that is no file. */
  readonly errorLog: string | undefined;
};

/** @param loaded what `nginx -T` prints, and every path of the file: it can be a link */
export function readBlock({ file, upstream: name }: TrafficPlace, text: string, { dump, paths }: { readonly dump: string; readonly paths: readonly string[] }): Block | { readonly refusal: Failure } {
  const refuse = (code: ReasonCode, what: string, fix: string, why?: string) => ({ refusal: { code, what, fix, ...(why === undefined ? {} : { why }) } });
  const upstream = readUpstream(text, name);
  if (upstream.kind === 'absent') return refuse('invalid-input', `${file} has no block \`upstream ${name}\``, 'Correct the input "upstream" or "nginx-config".');
  if (upstream.kind === 'refused') return refuse('upstream-unsafe', `the block \`upstream ${name}\` of ${file} cannot be changed safely`, 'Switch by hand, or write the block so that its own server lines decide.', upstream.reason);
  const configuration = readConfiguration(dump);
  const unsure = (why: string) => refuse('upstream-unsafe', `a change of \`upstream ${name}\` in ${file} would not surely move the traffic`, 'Switch by hand, or let the traffic follow the block alone.', why);
  if (configuration.kind === 'refused') return unsure(configuration.reason);
  const use = useOf(configuration, paths, name);
  const refusal = refusalOf(use, paths, name) ?? unaskable(use, name);
  return refusal === undefined ? { members: upstream.members, use, errorLog: errorLogOf(configuration) } : unsure(refusal);
}

/** Who gets traffic has to answer first, and can be asked only where it speaks HTTP. */
function unaskable({ stream, protocols }: Use, name: string): string | undefined {
  if (stream) return `${name} is an upstream of "stream": whether a server answers well cannot be asked there`;
  const strange = protocols.filter((protocol) => protocol !== 'http' && protocol !== 'https');
  return strange.length === 0 ? undefined : `its servers are spoken to by ${strange.join(' and ')}, so that whether one answers well cannot be asked before it gets traffic`;
}
