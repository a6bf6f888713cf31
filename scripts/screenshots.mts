/**
 * Pictures of the summary of every outcome on 1, 3 and 50 hosts, with each method, of a drill, of the metrics, of incident reports and of hostile words: light and dark, all
 * that is folded opened. `node scripts/screenshots.mts FOLDER [NAME…]`. Needs Chromium (Debian's `chromium`, or the one that `CHROMIUM` names) and a font with
 * emoji (`fonts-noto-color-emoji`). The folder is to be outside the repository.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { day, now, year } from '../__tests__/metrics/records.ts';
import { exampleOf, manyHosts, threeHosts } from '../__tests__/report/example.ts';
import { withWords } from '../__tests__/report/hostile.ts';
import { exampleDrill, exampleOfMethod, methods } from '../__tests__/report/methods.ts';
import { writePage } from '../demo/page.mts';
import type { Result } from '../src/outcome.ts';
import { incidentReport } from '../src/report/incident.ts';
import { metricsSummary } from '../src/report/metrics.ts';
import { summary } from '../src/report/summary.ts';
import { report } from '../src/reporting.ts';

const run = promisify(execFile);
const [folder = '', ...wanted] = process.argv.slice(2);
const within = relative(join(import.meta.dirname, '..'), folder);
if (folder === '' || (!within.startsWith('..') && !isAbsolute(within))) throw new Error('Name a folder outside the repository');

const results: readonly Result[] = ['rolled-back', 'unchanged', 'planned', 'refused', 'undone', 'failed', 'cancelled'];
const period = 365 * day;
const metrics = await report({ environment: 'production', period, badge: undefined, json: undefined, githubToken: undefined }, { ...exampleOf('rolled-back').run, startedAt: now }, () => Promise.resolve(year));
const pages = [
  ...results.flatMap((result) => [1, 3, 50].map((hosts) => ({ name: `${result}-${String(hosts)}`, markdown: summary(exampleOf(result, manyHosts(hosts)), 'incident-report.md') }))),
  ...methods.slice(1).flatMap((method) => results.map((result) => ({ name: `${method}-${result}`, markdown: summary(exampleOfMethod(method, result, threeHosts), 'incident-report.md') }))),
  { name: 'drill', markdown: summary(exampleDrill(threeHosts), 'incident-report.md') },
  { name: 'hostile', markdown: summary(withWords(exampleOf('failed', threeHosts), () => '`|</details>\n## [x](y) ::error:: @all :; # %%{a}%% "q" \u202e<b>')) },
  ...results.map((result) => ({ name: `incident-${result}`, markdown: incidentReport(exampleOf(result)) })),
  { name: 'incident-drill', markdown: incidentReport(exampleDrill(threeHosts)) },
  { name: 'metrics', markdown: metricsSummary(metrics) },
].filter(({ name }) => wanted.length === 0 || wanted.includes(name));

const chromium = process.env['CHROMIUM'] ?? 'chromium';
const options = (height: number): readonly string[] => ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--window-size=1100,${String(height)}`, '--virtual-time-budget=8000'];

for (const { name, markdown } of pages) {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'summary.md'), markdown);
  const path = await writePage(markdown, place);
  const unfolded = (await readFile(path, 'utf8')).replaceAll('<details>', '<details open>');
  await writeFile(join(place, 'unfolded.html'), unfolded);
  const page = `file://${join(place, name.endsWith('-50') ? 'summary.html' : 'unfolded.html')}`;
  const { stdout } = await run(chromium, [...options(1_000), '--dump-dom', page], { maxBuffer: 64 * 1024 * 1024 });
  const [, height] = /data-drawn="(\d+)"/.exec(stdout) ?? [];
  if (height === undefined || stdout.includes('data-failed')) throw new Error(`${name}: a diagram was not drawn`);
  for (const [scheme, setting] of [['light', 1], ['dark', 0]] as const) {
    const picture = join(place, `${scheme}.png`);
    // Chromium's window is higher than what it shows of it.
    await run(chromium, [...options(Number(height) + 100), `--blink-settings=preferredColorScheme=${String(setting)}`, `--screenshot=${picture}`, page]);
    console.log(picture);
  }
}
