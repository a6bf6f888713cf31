import { messageOf, RollbackError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Connection } from './connection.ts';
import type { Link } from './link.ts';

/** What came of sending something. `lost`: no answer came, and whether it was received is not known. */
export type Sent<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'lost'; readonly why: string };

/** So many connections may be lost in a row, and so long may a host stay away, before it is given up. */
const budget = { losses: 6, away: 60_000 };

/** A connection that stood so long gives the whole budget back. */
const steady = 30_000;

/**
 * Sends what is safe to send twice until an answer comes, over new connections when the old are lost.
 * @throws RollbackError when the host answers as somebody else or does not let us in any more, and whatever `send` throws
 */
export async function exchange<T>(link: Link, clock: Clock, send: (connection: Connection) => Promise<Sent<T>>): Promise<Sent<T>> {
  let losses = 0;
  let awaySince: number | undefined;
  let why = '';
  while (losses <= budget.losses) {
    let connection: Connection;
    try {
      connection = await link.connection();
    } catch (error) {
      why = messageOf(error);
      if (!(error instanceof RollbackError) || !error.failures.every(({ code }) => code === 'host-unreachable' || code === 'host-lost')) throw error;
      awaySince ??= clock.now();
      if (clock.now() - awaySince >= budget.away) break;
      await clock.sleep(1000);
      continue;
    }
    awaySince = undefined;
    const sentAt = clock.now();
    const sent = await send(connection);
    if (sent.kind === 'answer') return sent;
    why = sent.why;
    losses = clock.now() - sentAt >= steady ? 1 : losses + 1;
  }
  return { kind: 'lost', why };
}
