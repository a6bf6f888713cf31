/** The badge: a small SVG without anything from elsewhere. Pure. */
import type { MetricsReport } from '../metrics/outcome.ts';
import { line } from './escape.ts';
import { days } from './metrics.ts';
import { duration } from './quantity.ts';

/** White letters have a contrast of at least 4.5 on each. */
const colours = { label: '#24292f', good: '#1a7f37', fair: '#9a6700', bad: '#cf222e', unknown: '#57606a' };

/** Verdana at 11 px, in hundredths of a pixel; the wider letters stand for all that are not named. */
const widths: readonly (readonly [characters: string, width: number])[] = [
  ['fijlt .,:;|!\'I()[]/', 410], ['rsczJ-"', 570], ['abdeghknopquvxyL0123456789', 685], ['ABCEFKPRSTVXYZ<>+=~#', 800], ['DGHNOQUmwM%W@', 1120],
];

/** `rollbacks | 1 in 30 d, 42 s` */
export function badge(report: MetricsReport): string {
  return drawn('rollbacks', messageOf(report), colours[moodOf(report)]);
}

function messageOf({ metrics, period }: MetricsReport): string {
  if (metrics === undefined) return 'unknown';
  const { count, recovery } = metrics.rollbacks;
  const median = recovery.median === undefined ? '' : `, ${duration(recovery.median)}`;
  return `${count === 0 ? 'none' : count.toLocaleString('en-US')} in ${days(period)} d${median}`;
}

function moodOf({ metrics }: MetricsReport): 'good' | 'fair' | 'bad' | 'unknown' {
  if (metrics === undefined) return 'unknown';
  const missed = metrics.goals.filter(({ met }) => met === 'no').map(({ name }) => name);
  if (missed.some((name) => /success-rate$|data-loss$/.test(name))) return 'bad';
  return missed.length === 0 ? 'good' : 'fair';
}

function drawn(label: string, message: string, colour: string): string {
  const [left, right] = [Math.ceil(widthOf(label)) + 10, Math.ceil(widthOf(message)) + 10];
  const word = (words: string, start: number, room: number): string =>
    `<text x="${start + room / 2}" y="14" textLength="${room - 10}">${xml(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${xml(`${label}: ${message}`)}">
<title>${xml(`${label}: ${message}`)}</title>
<clipPath id="round"><rect width="${left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="${left}" height="20" fill="${colours.label}"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">${word(label, 0, left)}${word(message, left, right)}</g>
</svg>
`;
}

function widthOf(words: string): number {
  return Array.from(words).reduce((sum, character) => sum + (widths.find(([characters]) => characters.includes(character))?.[1] ?? 1120), 0) / 100;
}

function xml(words: string): string {
  return line(words, 100).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
