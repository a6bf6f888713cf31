import { accept, refuse, type Kind } from '../kind.ts';
import { absolutePath } from './path.ts';
import { time } from './time.ts';

/** Where a restore comes from. */
export type RestoreFrom =
  | { readonly kind: 'latest' }
  /** Absolute, on the database host. */
  | { readonly kind: 'file'; readonly path: string }
  /** An RDS snapshot, in lower case as AWS keeps it. */
  | { readonly kind: 'snapshot'; readonly id: string }
  /** A point in time, milliseconds since the epoch; `latest` is the last that RDS can restore. */
  | { readonly kind: 'time'; readonly at: number | 'latest' };

const rule = 'must be "latest", an absolute path, snapshot:<id> or time:<ISO 8601>';

export const restoreFrom: Kind<RestoreFrom> = (text) => {
  if (text === 'latest') return accept({ kind: 'latest' });
  if (text.startsWith('/')) {
    const path = absolutePath(text);
    return 'refused' in path ? path : accept({ kind: 'file', path: path.value });
  }
  if (text.startsWith('snapshot:')) {
    const id = text.slice('snapshot:'.length).toLowerCase();
    return /^(?:rds:)?[a-z](?!.*--)[a-z0-9-]{0,254}(?<!-)$/.test(id) || /^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:(?:cluster-)?snapshot:[a-z0-9:-]{1,255}$/.test(id)
      ? accept({ kind: 'snapshot', id }) : refuse(rule, { got: text, fix: 'Name the snapshot by its identifier or its ARN.' });
  }
  if (text === 'time:latest') return accept({ kind: 'time', at: 'latest' });
  if (text.startsWith('time:')) {
    const parsed = time(text.slice('time:'.length));
    return 'refused' in parsed ? refuse(rule, { got: text, fix: 'Write the time as 2025-03-01T14:30:00Z.' }) : accept({ kind: 'time', at: parsed.value });
  }
  return refuse(rule, { got: text });
};
