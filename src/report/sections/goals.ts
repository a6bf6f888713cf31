/** The guide's targets and checklists, as Markdown. */
import type { Report } from '../../outcome.ts';
import type { Item } from '../checklist.ts';
import { text } from '../escape.ts';
import { table } from '../table.ts';
import { targets } from '../targets.ts';

export function targetTable(report: Report): string {
  const rows = targets(report).map(({ goal, measured, met }) => [goal, text(measured), met === 'no' ? '**no**' : met]);
  return table({ head: ['Target', 'Measured', 'Met'], rows, noun: 'target' });
}

export function taskList(items: readonly Item[]): string {
  return items.map(({ done, task, detail }) => `- [${done ? 'x' : ' '}] ${text(task)}: ${text(detail)}`).join('\n');
}
