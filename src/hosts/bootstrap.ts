import { createHash } from 'node:crypto';

/**
 * The one command line that a host ever gets; everything else comes on standard input. It reads `length sha256`, then exactly so many bytes, and
 * runs them from memory only when the hash is right: `sh -s` runs what came before a connection was cut. Every login shell hands
 * it on unchanged: one line, and between the single quotes none of single quote, backslash (fish), `!` (csh).
 * Exits with 65 when the message was cut short or damaged, with 69 when the host has no `head` or `sha256sum`.
 */
export const bootstrap = `exec /bin/sh -c '${[
  'LC_ALL=C; export LC_ALL',
  'command -v head >/dev/null && command -v sha256sum >/dev/null || exit 69',
  'read -r length hash || exit 65',
  'payload=$(head -c "$length" && echo .) || exit 65',
  'payload=${payload%.}',
  'got=$(printf %s "$payload" | sha256sum)',
  '[ "${got%% *}" = "$hash" ] || exit 65',
  'unset length hash got',
  'eval "$payload"',
].join('; ')}'`;

export const exits = { damaged: 65, missingTool: 69 } as const;

/** What goes to the standard input of `bootstrap`. @throws RangeError on NUL, which no shell can hold. */
export function message(payload: string): string {
  if (payload.includes('\0')) throw new RangeError('A shell script cannot contain NUL');
  const hash = createHash('sha256').update(payload).digest('hex');
  return `${Buffer.byteLength(payload)} ${hash}\n${payload}`;
}
