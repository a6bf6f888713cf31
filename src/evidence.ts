/** What the hosts' logs tell of the time of the run. */
import { accessIn, countAccess } from './checks/access-log.ts';
import { excerptsIn, since } from './checks/logs.ts';
import type { Recording } from './recording.ts';
import type { Underway } from './underway.ts';

/** What was added to the log files since the start. */
export async function readLogs({ before, hosts }: Underway): Promise<Recording['logs']> {
  const excerpts = await Promise.all(Object.entries(before.logs).map(async ([name, positions]) => {
    const all = new Map(positions);
    const answer = await hosts.get(name)?.ask(since(all)).catch(() => undefined);
    return answer === undefined ? [] : excerptsIn(name, all, answer.facts);
  }));
  return excerpts.flat();
}

/** Requests and errors since the start, of the hosts whose access log can be read. */
export async function readAccess({ before, hosts }: Underway): Promise<Recording['access']> {
  const counted = await Promise.all(Object.entries(before.access).flatMap(([host, positions]) => positions.map(async ([file, position]) => {
    const answer = await hosts.get(host)?.ask(countAccess(file, position)).catch(() => undefined);
    const count = answer === undefined ? undefined : accessIn(answer.facts);
    return count === undefined ? [] : [{ host, ...count }];
  })));
  return counted.flat();
}
