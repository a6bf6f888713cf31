/** Files of the checked-out repository that inputs name: they are there, and read, before anything is touched. */
import type { HurlFile } from '../checks/hurl-file.ts';
import type { Failure } from '../errors.ts';
import { invalid } from './invalid.ts';
import type { SmokeLine } from './kinds/smoke-tests.ts';

/** Reads a file of the repository; what is wrong with it follows its name: `which does not exist`. Never throws. */
export type ReadFile = (path: string) => { readonly text: string } | { readonly problem: string };

/** For an action whose door reads no files. */
export const readsNone: ReadFile = () => ({ problem: 'which cannot be read' });

export function hurlFilesIn(lines: readonly SmokeLine[], read: ReadFile): { readonly files: readonly HurlFile[]; readonly failures: readonly Failure[] } {
  const found = lines.flatMap((line) => ('hurl' in line ? [{ path: line.hurl, ...read(line.hurl) }] : []));
  return {
    files: found.flatMap((file) => ('text' in file ? [file] : [])),
    failures: found.flatMap((file) => ('problem' in file ? [invalid(`Input "smoke-tests" names ${file.path}, ${file.problem}`, 'Name a .hurl file of the repository, which the job has checked out before.')] : [])),
  };
}
