import { quote } from '../quote.ts';
import { placeFunctions, type TrafficPlace } from './place.ts';

/** Fact: `readable`, `yes` where the file can be read. Read only. */
export function askReadable(file: string): string {
  return `if [ -f ${quote(file)} ] && [ -r ${quote(file)} ]; then fact readable yes; fi
`;
}

/** Seconds at most. A connection that such a worker took before the reload may ask only now, and would ask the page. */
const patience = 5;

const oldWorkersGone = `leaving() {
  for worker in $(children 2>/dev/null); do
    case $({ tr '\\000' ' ' <"/proc/$worker/cmdline"; } 2>/dev/null) in 'nginx: worker process is shutting down'*) return 0 ;; esac
  done
  return 1
}
looks=0
while leaving && [ "$looks" -lt ${patience * 5} ]; do looks=$((looks + 1)); sleep 0.2; done
`;

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
${oldWorkersGone}  ) || say 'The page goes in one step, so that requests of that very moment may fail.'
fi
`;
}
