import type { Report } from '../../outcome.ts';
import { answers, strip } from '../availability.ts';
import { availabilityChart } from '../chart.ts';
import { fence } from '../escape.ts';
import { gantt } from '../gantt.ts';
import { measuredDowntime } from '../impact.ts';

/** The gantt, as GitHub draws it. */
export function timeline(report: Pick<Report, 'timeline' | 'run' | 'downtime'>): string {
  const diagram = gantt(report);
  return diagram === '' ? '' : `\`\`\`mermaid\n${diagram}\n\`\`\``;
}

/** The prober's answers from the start to the end of the run, drawn. */
export function availability(report: Report): string {
  const downtime = measuredDowntime(report);
  if (downtime === undefined) return '';
  return `${answers(downtime.samples)} Green is for good answers, red for none, grey for what could not be asked.\n\n\`\`\`mermaid\n${availabilityChart(report)}\n\`\`\``;
}

/** The same as plain text, which is read where nothing is drawn. */
export function availabilityInText(report: Report): string {
  const downtime = measuredDowntime(report);
  if (downtime === undefined) return '';
  return `${answers(downtime.samples)}\n\n${fence(`${strip(report)}\n\n█ good answer   ▁ none   ? could not be asked`, 'text')}`;
}
