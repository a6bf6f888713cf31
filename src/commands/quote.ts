/**
 * One word for a POSIX shell, whatever it contains. Every value that becomes shell text goes through here.
 * @throws RangeError on NUL, which no shell word can hold.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('A shell word cannot contain NUL');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Several words, quoted and joined by blanks. */
export function words(...all: readonly string[]): string {
  return all.map(quote).join(' ');
}
