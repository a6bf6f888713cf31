import { quote } from '../commands/quote.ts';
import { frameFunctions, outputBytes } from './frame.ts';
import { prelude } from './prelude.ts';

export type Question = {
  /** Not to be guessed; new for every question. */
  readonly nonce: string;
  /** POSIX sh that changes nothing; runs with `set -eu` and an empty standard input. */
  readonly script: string;
  readonly secret?: string;
};

/**
 * Runs a script attached to the connection and frames its facts, both of its streams and its exit status. Nothing is written on the host.
 * A script with a syntax error exits with 2.
 */
export function question({ nonce, script, secret = '' }: Question): string {
  return `${prelude}${frameFunctions(quote(nonce))}secret=${quote(secret)}
script=${quote(`set -eu\n${script}`)}
exec 4>&1
frame_begin
output=$({ (exec 3>&4 4>&-; eval "$script") </dev/null; frame_status "$?" >&4; } 2>&1 | tail -c ${outputBytes} | tr -d '\\000')
frame_output "$output"
`;
}
