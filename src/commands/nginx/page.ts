import { quote } from '../quote.ts';
import { placeFunctions, type TrafficPlace } from './place.ts';

/** Fact: `readable`, `yes` where the file can be read. Read only. */
export function askReadable(file: string): string {
  return `if [ -f ${quote(file)} ] && [ -r ${quote(file)} ]; then fact readable yes; fi
`;
}

/**
 * What comes before the file is put back where the page is shown: workers of before the reload ask the page for a moment longer, and would find nobody if
 * it went with them. So the servers come back first, with the page still there. If that fails the page goes all the same.
 * @param hash the file's while the page is shown
 * @param first sh that brings the servers back and leaves the page
 */
export function hidePage(place: TrafficPlace, hash: string, first: string): string {
  return `${placeFunctions(place)}if [ "$(hash_now)" = ${quote(hash)} ]; then
  (
${first}
  ) || say 'The page goes in one step, so that requests of that very moment may fail.'
fi
`;
}
