/** What a run leaves on GitHub: outputs, the job's summary, annotations, masks. */
import { appendFileSync } from 'node:fs';
import { error, notice, setOutput, setSecret, warning } from '@actions/core';
import { harmlessLines } from './harmless.ts';

/** Hides the values in everything that the job prints from now on. */
export function mask(secrets: readonly string[]): void {
  for (const secret of secrets) setSecret(secret);
}

export function writeOutputs(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}

/** @returns whether there is a summary to write to: outside of GitHub there is none. */
export function writeSummary(markdown: string): boolean {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') return false;
  appendFileSync(file, `${markdown}\n`);
  return true;
}

export type Annotation = { readonly level: 'error' | 'warning' | 'notice'; readonly title: string; readonly message: string };

export function annotate(annotations: readonly Annotation[]): void {
  const write = { error, warning, notice };
  for (const { level, title, message } of annotations) {
    write[level](harmlessLines(message).join('\n'), { title: harmlessLines(title).join(' ') });
  }
}
