/** Backups on the database host, as its facts tell them. Pure. */
import type { Made } from './choose.ts';
import { readManifest } from './manifest.ts';
import type { BackupFile } from './restoring.ts';
import type { Facts } from '../ports.ts';

/** The facts `backup-found`; a file whose manifest cannot be read is none of ours. */
export function madeIn(facts: Facts): readonly Made[] {
  return (facts.get('backup-found') ?? []).flatMap((line) => {
    const [bytes, path = '', ...rest] = line.split('␟');
    const manifest = readManifest(rest.join('␟'));
    return manifest === undefined || !path.startsWith('/') ? [] : [{ path, bytes: Number(bytes), manifest }];
  });
}

/** One file that the user named: as it was made, or a dump of another program; the reason when it cannot be read. */
export function fileIn(path: string, facts: Facts): BackupFile | { readonly why: string } {
  const [made] = madeIn(facts);
  if (made !== undefined) return made;
  const state = facts.get('backup-file')?.[0] ?? 'has a manifest that cannot be read';
  if (/^\d+$/.test(state)) return { path, bytes: Number(state) };
  return { why: state === 'missing' ? 'there is no such file' : state === 'unreadable' ? 'the SSH user cannot read it' : `it ${state}` };
}
