/** What a run of Hurl means: its results are read as the text of a stranger. https://hurl.dev/docs/running-tests.html#json-report */
import { redactor } from '../inputs/masks.ts';
import type { CheckResult, Verdict } from '../outcome.ts';
import type { Milliseconds } from '../ports.ts';
import { requestAt, type HurlFile } from './hurl-file.ts';
import { entriesIn, type Entry } from './hurl-json.ts';
import type { HurlEnd } from './hurl-port.ts';

type Run = {
  /** Which run of the file it was, from 1. */
  readonly tries: number;
  readonly secrets: readonly string[];
  readonly limit: Milliseconds;
};

/** One result for each request that was sent, in their order; at least one. */
export function resultsOf(file: HurlFile, end: HurlEnd, run: Run): readonly CheckResult[] {
  const told = (verdict: Verdict, message: string): readonly CheckResult[] => [{ kind: 'smoke', name: file.path, url: file.path, verdict, tries: run.tries, message }];
  if (end.kind === 'late') return told('failed', `did not end within ${run.limit / 1000} s`);
  if (end.kind === 'unrun') return told('unknown', `could not be measured: ${brief(end.why, run.secrets)}`);
  const entries = entriesIn(end.results);
  const trouble = lastWords(end.trouble, run.secrets) || `Hurl ended with ${end.code}`;
  if (end.code === 0 && entries.length === 0) return told('unknown', 'could not be measured: no request was sent');
  if (entries.length === 0) return told('unknown', `could not be measured: ${trouble}`);
  // Only the last can have come to nothing: Hurl stops there.
  const [last] = entries.slice(-1);
  const broken = end.code !== 0 && last !== undefined && entries.every(({ failed }) => failed.length === 0) ? last : undefined;
  return entries.map((entry): CheckResult => ({
    kind: 'smoke', ...placeOf(entry, file, run.secrets), ...judged(entry, file, run.secrets, entry === broken ? trouble : undefined),
    ...(entry.call === undefined ? {} : { status: entry.call.status }), milliseconds: entry.milliseconds, tries: run.tries - 1 + entry.times,
  }));
}

/** What Hurl said last on its error stream, without the drawing: `line 1: (7) Failed to connect to …`. */
export function lastWords(trouble: string, secrets: readonly string[]): string {
  const last = redactor(secrets)(trouble).split(/^error: /m).at(-1) ?? '';
  const [, line] = /^\s*-->.*?:(\d+):\d+\s*$/m.exec(last) ?? [];
  const words = detailOf(last);
  return brief(line === undefined ? words : `line ${line}: ${words}`, secrets);
}

function judged({ call, failed, milliseconds }: Entry, file: HurlFile, secrets: readonly string[], trouble: string | undefined): Pick<CheckResult, 'verdict' | 'message'> {
  const answered = call === undefined ? '' : `answered ${call.status}`;
  if (failed.length > 0) {
    const wrong = failed.slice(0, mostTold).map(({ line, message }) => brief(`line ${line}: ${requestAt(file, line)}: ${detailOf(redactor(secrets)(message))}`, secrets));
    const more = failed.length > mostTold ? [`${failed.length - mostTold} more asserts failed`] : [];
    return { verdict: 'failed', message: [answered, ...wrong, ...more].filter((text) => text !== '').join('; ') };
  }
  if (trouble === undefined) return { verdict: 'passed', message: `${answered === '' ? 'done' : answered} in ${milliseconds} ms` };
  // As everywhere: what has no address, or cannot be asked as it is written, says nothing about the service.
  const unasked = /\(6\) |you must set the variable/.test(trouble);
  return unasked ? { verdict: 'unknown', message: `could not be asked: ${trouble}` } : { verdict: 'failed', message: [answered, trouble].filter((text) => text !== '').join('; ') };
}

function placeOf({ line, call }: Entry, file: HurlFile, secrets: readonly string[]): Pick<CheckResult, 'name' | 'url'> {
  const written = requestAt(file, line);
  const [method = '', template = ''] = written.split(/\s+/);
  const url = call !== undefined && URL.canParse(call.url) ? new URL(call.url) : undefined;
  const clean = redactor(secrets);
  // Queries carry tokens that nobody marked as such.
  if (url === undefined) return { name: brief(`${file.path}: ${method} ${template.replace(/[?#].*/, '')}`, secrets), url: brief(template.replace(/[?#].*|(?<=:\/\/)[^/@]*@/g, ''), secrets) };
  return { name: brief(`${file.path}: ${call?.method ?? method} ${url.pathname}`, secrets), url: clean(`${url.protocol}//${url.host}${url.pathname}`) };
}

const mostTold = 3;
const longest = 240;

/** On one line, short, without secrets and without anything that is not a letter on paper. */
function brief(text: string, secrets: readonly string[]): string {
  const clean = redactor(secrets)(text).replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\p{C}\s]+/gu, ' ').trim();
  return clean.length > longest ? `${clean.slice(0, longest - 1)}…` : clean;
}

/** The explanation under the line that Hurl draws, or all that it said. */
function detailOf(drawn: string): string {
  const lines = drawn.split('\n');
  const at = lines.findIndex((line) => /^\s*\d+ \|/.test(line));
  return lines.slice(at + 1).map((line) => line.replace(/^\s*\|\s*\^*\s*/, '').trim()).filter((line) => line !== '').join(', ').replace(/(actual|expected):\s+/g, '$1 ').replace(/\s+/g, ' ');
}
