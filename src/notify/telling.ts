/** Tells everyone of a run while it goes on: in order, beside the run, and never in its way. */
import { messageOf } from '../errors.ts';
import type { Clock, Log, Milliseconds } from '../ports.ts';
import type { Event, EventKind } from './event.ts';
import type { Notifier } from './notifier.ts';

export type Telling = {
  /** Returns at once and throws nothing, whoever is told and however that goes. After `finish` it does nothing. */
  tell(event: Event): void;
  /**
   * Waits until everyone was told everything, at most for `limit`; then everything that is still on its way is ended.
   * @returns what was not told, a sentence for each notifier and reason: `Slack was not told: answered 404 "no_service"`
   */
  finish(limit: Milliseconds): Promise<readonly string[]>;
};

/** @param by log: where it is written when somebody could not be told, at the time at which that was found */
export function openTelling(notifiers: readonly Notifier[], by: { readonly clock: Clock; readonly log?: Pick<Log, 'info'> }): Telling {
  const ending = new AbortController();
  const lines = notifiers.map((notifier) => lineTo(notifier, by, ending.signal));
  let open = true;
  return {
    tell(event) {
      if (open) for (const line of lines) line.tell(event);
    },
    async finish(limit) {
      open = false;
      const told = new AbortController();
      await Promise.race([Promise.all(lines.map(async (line) => line.idle())), by.clock.sleep(limit, told.signal)]);
      const warnings = lines.flatMap((line) => line.warnings(limit));
      told.abort();
      ending.abort();
      return warnings;
    },
  };
}

/** What waits for one notifier. */
type Line = {
  tell(event: Event): void;
  idle(): Promise<void>;
  warnings(limit: Milliseconds): readonly string[];
};

function lineTo(notifier: Notifier, { clock, log }: { readonly clock: Clock; readonly log?: Pick<Log, 'info'> }, signal: AbortSignal): Line {
  const waiting: Event[] = [];
  const reasons = new Map<string, EventKind>();
  let busyWith: EventKind | undefined;
  let work: Promise<void> | undefined;
  let free = Number.NEGATIVE_INFINITY;

  const tellNext = async (event: Event): Promise<void> => {
    free = clock.now() + (notifier.spacing ?? 0);
    try {
      await notifier.tell(event, signal);
    } catch (error) {
      // Whoever was cut off by the end of the time is told of there.
      if (signal.aborted) return;
      const why = messageOf(error);
      if (!reasons.has(why)) log?.info(`${notifier.name} was not told ${what[event.kind]}: ${why}`);
      reasons.set(why, reasons.get(why) ?? event.kind);
    }
  };
  const tellAll = async (): Promise<void> => {
    // Not in the turn of whoever tells: nothing that a notifier does may hold up the run.
    await Promise.resolve();
    while (waiting.length > 0 && !signal.aborted) {
      if (clock.now() < free) await clock.sleep(free - clock.now(), signal);
      const event = notifier.tellsState === true ? waiting.splice(0).at(-1) : waiting.shift();
      if (event === undefined || signal.aborted) break;
      busyWith = event.kind;
      await tellNext(event);
      busyWith = undefined;
    }
    work = undefined;
  };
  return {
    tell(event) {
      waiting.push(event);
      work ??= tellAll();
    },
    async idle() {
      await work;
    },
    warnings(limit) {
      const left = [...(busyWith === undefined ? [] : [busyWith]), ...waiting.map(({ kind }) => kind)];
      return [
        ...[...reasons.keys()].map((why) => `${notifier.name} was not told: ${why}`),
        // The end is what people wait for: where it is among what was cut, it is what is told.
        ...left.slice(-1).map((kind) => `${notifier.name} was not told ${what[kind]}: it took longer than ${limit / 1000} s after the run`),
      ];
    },
  };
}

const what: Readonly<Record<EventKind, string>> = {
  begun: 'that the rollback began',
  executing: 'that production is being changed',
  verifying: 'that production is being verified',
  undoing: 'that what was done is being taken back',
  'taken-up': 'that the rollback is being brought to its end',
  ended: 'how the rollback ended',
};
