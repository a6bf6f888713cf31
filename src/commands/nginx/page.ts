import { quote } from '../quote.ts';

/** Fact: `readable`, `yes` where the file can be read. Read only. */
export function askReadable(file: string): string {
  return `if [ -f ${quote(file)} ] && [ -r ${quote(file)} ]; then fact readable yes; fi
`;
}
