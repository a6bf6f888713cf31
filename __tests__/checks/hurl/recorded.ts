/** What Hurl answered to the files of this folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HurlFile } from '../../../src/checks/hurl-file.ts';
import type { HurlEnd } from '../../../src/checks/hurl-port.ts';

export function fileNamed(name: string): HurlFile {
  return { path: `checks/${name}.hurl`, text: readFileSync(join(import.meta.dirname, `${name}.hurl`), 'utf8') };
}

export function recorded(name: string): HurlEnd {
  const { code, results, trouble } = JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'));
  return { kind: 'ended', code, results, trouble };
}
