import type { Facts } from '../ports.ts';

/**
 * What a payload answers, between lines that begin with a nonce: whatever the login shell, its rc files or the MOTD print around it
 * does not matter, and neither does what the script itself prints.
 */
export type Frame = {
  /** `0` of a question; `finished 0`, `timeout`, `fenced`, `interrupted` of a job. */
  readonly status: string;
  readonly facts: Facts;
  readonly output: string;
};

/** Bytes of output that an answer carries, its end. */
export const outputBytes = 64 * 1024;

/** Shell functions that write the frame to standard output: begin, then the facts, then `status`, then the output. */
export function frameFunctions(quotedNonce: string): string {
  return `nonce=${quotedNonce}
frame_begin() { printf '\\n%s begin\\n' "$nonce"; }
frame_status() { printf '%s status %s\\n' "$nonce" "$1"; }
frame_output() { printf '%s output\\n%s\\n%s end\\n' "$nonce" "$1" "$nonce"; }
`;
}

/** `cut`: it began and does not end; `none`: our script did not run, or too much was printed to find where it began. */
export function readFrame(stdout: string, nonce: string): Frame | 'cut' | 'none' {
  const begin = after(stdout, `${nonce} begin\n`, 0);
  if (begin === undefined) return 'none';
  const status = after(stdout, `${nonce} status `, begin);
  const output = status === undefined ? undefined : after(stdout, `\n${nonce} output\n`, status);
  const end = stdout.lastIndexOf(`\n${nonce} end\n`);
  if (status === undefined || output === undefined || end < output - 1) return 'cut';
  return {
    status: stdout.slice(status, stdout.indexOf('\n', status)),
    facts: readFacts(withoutPasswords(stdout.slice(begin, status - `${nonce} status `.length))),
    output: withoutPasswords(stdout.slice(output, Math.max(output, end)).replaceAll('\0', '')),
  };
}

/**
 * Addresses with a password in them, as programs quote the one that they could not use: the runner cannot mask what only the host knows.
 */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(\w:\/\/[^\s:/@'"]{0,256}:)[^\s'"]{1,512}@/g, '$1***@');
}

function after(text: string, mark: string, from: number): number | undefined {
  const at = text.indexOf(mark, from);
  return at === -1 ? undefined : at + mark.length;
}

function readFacts(lines: string): Facts {
  const facts = new Map<string, string[]>();
  for (const line of lines.split('\n')) {
    const equals = line.indexOf('=');
    if (equals < 1) continue;
    const name = line.slice(0, equals);
    facts.set(name, [...(facts.get(name) ?? []), line.slice(equals + 1)]);
  }
  return facts;
}
