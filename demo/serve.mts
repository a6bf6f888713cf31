import { rename, writeFile } from 'node:fs/promises';
import type { Production } from './production.mts';

/**
 * Keeps a production there until the signal, for somebody else to roll back.
 * @param file gets the inputs, in the form of `GITHUB_OUTPUT`; it is there once all is ready
 */
export async function serve(production: Production, file: string, signal: AbortSignal): Promise<void> {
  const inputs = { ...production.inputs, target: production.target.sha };
  await writeFile(`${file}.new`, Object.entries(inputs).map(([name, value]) => `${name}<<END_OF_INPUT\n${value.trim()}\nEND_OF_INPUT\n`).join(''), { mode: 0o600 });
  await rename(`${file}.new`, file);
  const alive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())));
  clearInterval(alive);
}
