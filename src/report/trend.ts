import type { Month } from '../metrics/trend.ts';
import { fence } from './escape.ts';
import { duration } from './quantity.ts';
import { table } from './table.ts';

/** Read on white as on black: a summary has one chart for both. */
const colours = { text: '#7d8590', bar: '#bf5b04' };

/** One rollback is not to look like many. */
const lowest = 8;

/**
 * Rollbacks month by month as a Mermaid chart; empty without a month. The figures stand in the bars: Mermaid draws a bar of none above the line as
 * soon as there are figures beside it.
 */
export function trendChart(months: readonly Month[]): string {
  if (months.length === 0) return '';
  const counts = months.map(({ rollbacks }) => rollbacks.count);
  if (counts.every((count) => count === 0)) return `None in ${String(months.length)} months.`;
  const text = Object.fromEntries(['titleColor', 'xAxisLabelColor', 'xAxisTickColor', 'xAxisLineColor', 'xAxisTitleColor', 'yAxisLabelColor', 'yAxisTickColor', 'yAxisLineColor', 'yAxisTitleColor'].map((part) => [part, colours.text]));
  const settings = { xyChart: { width: 900, height: 260, showDataLabel: true, xAxis: { labelFontSize: 12 }, yAxis: { showLabel: false, showTick: false } }, themeVariables: { xyChart: { backgroundColor: 'transparent', plotColorPalette: colours.bar, dataLabelColor: '#ffffff', ...text } } };
  return fence([
    `%%{init: ${JSON.stringify(settings)}}%%`,
    'xychart-beta',
    `    x-axis [${months.map(({ month }) => `"${month}"`).join(', ')}]`,
    `    y-axis "Rollbacks" 0 --> ${String(counts.reduce((most, count) => Math.max(most, count), lowest))}`,
    `    bar [${counts.join(', ')}]`,
  ].join('\n'), 'mermaid');
}

/** The same in figures. */
export function trendTable(months: readonly Month[]): string {
  const rows = months.map(({ month, rollbacks, drills }) => [month, String(rollbacks.count), String(rollbacks.rolledBack), rollbacks.recovery.median === undefined ? '' : duration(rollbacks.recovery.median), String(drills.count)]);
  return table({ head: ['Month', 'Rollbacks', 'Succeeded', 'Time from detection to done, median', 'Drills'], rows, noun: 'month' });
}
