import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../errors.ts';

/** Writes a file below a folder, with the folders on the way; what went wrong, if anything. Never throws. */
export function writeTextFile(folder: string, path: string, text: string): string | undefined {
  try {
    const file = resolve(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
