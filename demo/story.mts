/** The demo's story: what is there, what the action says while it works, what is there then. */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { styleText } from 'node:util';
import { startAction, type Started } from '../__tests__/rollback/runner.ts';
import { logView } from './log.mts';
import { writePage } from './page.mts';
import type { Production } from './production.mts';
import { opening, sights, stepHead } from './words.mts';

export type Telling = {
  readonly say: (line: string) => void;
  readonly paint: (style: Parameters<typeof styleText>[0], text: string) => string;
  /** The folder in which the summary is left. */
  readonly out: string;
  /** Ends the action at once. */
  readonly signal: AbortSignal;
};

/**
 * Rolls the production back and tells all of it.
 * @returns whether production is back on v2 on every host
 */
export async function tellStory(production: Production, { say, paint, out, signal }: Telling): Promise<boolean> {
  const { target } = production;
  const heading = (text: string): void => say(`\n${paint('bold', text)}\n`);
  for (const line of opening(production)) say(line);
  heading('Before');
  for (const line of sights(await production.look())) say(line);

  heading('Someone runs the workflow "Roll back production". Its log on GitHub:');
  for (const line of stepHead(production.inputs)) say(`  ${paint('dim', line)}`);
  const began = performance.now();
  const view = logView(paint);
  const action = startAction(production.inputs, production.environment);
  for (const stream of [action.process.stdout, action.process.stderr]) stream?.on('data', (text: string) => view.take(text).forEach((line) => say(`  ${line}`)));
  const kill = (): void => void action.process.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  const ended = await action.ended;
  signal.removeEventListener('abort', kill);
  for (const line of view.end()) say(`  ${line}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (signal.aborted) {
    await rm(ended.workspace, { recursive: true, force: true });
    return false;
  }

  heading(`After ${seconds} s, with the result "${ended.outputs['result'] ?? 'none'}"`);
  const seen = await production.look();
  for (const line of sights(seen)) say(line);
  const back = seen.every((each) => each.back);
  say(`\n${back ? paint('green', `Production is back on ${target.tag} on every host.`) : paint('red', `Production is not back on ${target.tag}.`)}`);
  for (const line of await leave(ended, out)) say(line);
  return back;
}

/** Leaves what the run wrote for people, and removes the rest. */
async function leave(ended: Awaited<Started['ended']>, out: string): Promise<readonly string[]> {
  await mkdir(out, { recursive: true });
  const report = ended.outputs['incident-report'] ?? '';
  await writeFile(join(out, 'summary.md'), ended.summary);
  const page = await writePage(ended.summary, out);
  if (report !== '') await copyFile(join(ended.workspace, report), join(out, 'incident-report.md'));
  await rm(ended.workspace, { recursive: true, force: true });
  const shown = (path: string): string => (relative(process.cwd(), path).startsWith('..') ? path : relative(process.cwd(), path));
  return [
    `The job's summary, as GitHub shows it: ${shown(page)}`,
    ...(report === '' ? [] : [`The incident report: ${shown(join(out, 'incident-report.md'))}`]),
  ];
}
