/** Tables that can be read where Markdown is not rendered: in a diff, in an editor, over SSH. */

/** A wider column than this is left ragged: padding would push all that follows off the screen. */
const widest = 80;

/** The same Markdown with the bars of each table below one another. Cells hold no bar themselves (`escape.ts`), and fences are left alone. */
export function aligned(markdown: string): string {
  const done: string[] = [];
  let table: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    if (fence === '' && line.startsWith('| ')) {
      table.push(line);
      continue;
    }
    done.push(...padded(table), line);
    table = [];
    const [ticks = ''] = /^`{3,}/.exec(line) ?? [];
    if (fence === '') fence = ticks;
    else if (line.trim() === fence) fence = '';
  }
  return [...done, ...padded(table)].join('\n');
}

function padded(lines: readonly string[]): readonly string[] {
  const rows = lines.map((line) => line.slice(2).replace(/ ?\|$/, '').split(' | ').map((cell) => cell.trim()));
  const widths = (rows[0] ?? []).map((_cell, column) => rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 3));
  return rows.map((row, index) => `| ${row.map((cell, column) => pad(cell, Math.min(widest, widths[column] ?? 0), index === 1 ? '-' : ' ')).join(' | ')} |`);
}

function pad(cell: string, width: number, filler: string): string {
  return cell + filler.repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(cell: string): number {
  return Array.from(cell).length;
}
