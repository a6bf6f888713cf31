/** Restores that an earlier run of this action left unfinished: known by their tags, taken up instead of made again. Pure. */
import { stepIds, tellFrom, type Source } from './commands.ts';
import { time, type Description } from './description.ts';
import { fromTag, jobsOn, runTag, sourceTag, tagText, tagValue } from './tags.ts';
import { judge, statusOf } from './waiting.ts';

export type Unfinished = { readonly run: string; readonly from: string; readonly restored: Description };

/** A last restorable moment is not the last any more some hours later. */
const freshness = 3 * 3_600_000;

/**
 * Those that were never compared to the end: nothing was cut over to them, so nobody has written there.
 * @param id of the source
 */
export function unfinished(all: readonly Description[], id: string, run: string): readonly Unfinished[] {
  return all.flatMap((restored) => {
    const [of, from] = [tagValue(restored, runTag), tagValue(restored, fromTag)];
    if (of === undefined || from === undefined || of === tagText(run) || tagValue(restored, sourceTag) !== id || judge(statusOf(restored)) === 'hopeless') return [];
    const compared = jobsOn(restored).some(({ id: job, state }) => job === stepIds.match && state === 'finished');
    return compared ? [] : [{ run: of, from, restored }];
  });
}

/** The one that comes from where this run would restore from. */
export function sameSource(left: readonly Unfinished[], from: Source, now: number): Unfinished | undefined {
  return left.find((each) => each.from === tagText(tellFrom(from))
    && (each.from !== 'time:latest' || now - (time(each.restored, 'InstanceCreateTime') ?? time(each.restored, 'ClusterCreateTime') ?? 0) < freshness));
}
