/**
 * Writes the tables of inputs and outputs in README.md from action.yml, between `<!-- inputs -->` and `<!-- /inputs -->` and the same for
 * `outputs`. With `--check` it writes nothing, and fails when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isPair, isScalar, parseDocument, type Document } from 'yaml';

type Row = { readonly group: string | undefined; readonly name: string; readonly description: string };

/** @throws Error when the README lacks one of the markers */
export function withTables(readme: string, action: string): string {
  const document = parseDocument(action);
  return between(between(readme, 'inputs', inputsTable(rowsOf(document, 'inputs'))), 'outputs', outputsTable(rowsOf(document, 'outputs')));
}

/** The end of a description names its default, or that there is none. */
export function splitDescription(description: string): { readonly meaning: string; readonly standard: string } {
  const [, meaning, standard] = /^(.*?) (?:Default: (.+)|(Required))\.$/s.exec(description)?.filter((part) => part !== undefined) ?? [];
  return { meaning: meaning ?? description, standard: standard ?? '' };
}

function inputsTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ group, name, description }) => {
    const { meaning, standard } = splitDescription(description);
    const heading = group === undefined ? [] : [`| **${group}** | | |`];
    return [...heading, `| \`${name}\` | ${cell(meaning)} | ${cell(standard === 'Required' ? '**required**' : standard)} |`];
  });
  return ['| Input | Meaning | Default |', '| --- | --- | --- |', ...lines].join('\n');
}

function outputsTable(rows: readonly Row[]): string {
  return ['| Output | Meaning |', '| --- | --- |', ...rows.map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`)].join('\n');
}

/** The entries of a section of action.yml, each with the comment that stands before it. */
function rowsOf(document: Document, section: string): readonly Row[] {
  const map = document.get(section);
  if (!isMap(map)) throw new Error(`action.yml has no ${section}`);
  return map.items.map((pair) => {
    if (!isPair(pair) || !isScalar(pair.key) || !isMap(pair.value)) throw new Error(`action.yml: an entry of ${section} is not a map`);
    const comment = pair.key.commentBefore ?? (pair === map.items[0] ? map.commentBefore : undefined);
    return { group: comment?.trim() || undefined, name: String(pair.key.value), description: String(pair.value.get('description')) };
  });
}

function between(readme: string, name: string, table: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [readme.indexOf(open), readme.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`README.md has no ${open} with a ${close} after it`);
  return `${readme.slice(0, start + open.length)}\n${table}\n${readme.slice(end)}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

if (import.meta.main) {
  const readme = readFileSync('README.md', 'utf8');
  const written = withTables(readme, readFileSync('action.yml', 'utf8'));
  if (process.argv.includes('--check')) {
    if (written !== readme) {
      console.error('README.md does not say what action.yml says. Run: node scripts/readme.mts');
      process.exitCode = 1;
    }
  } else {
    writeFileSync('README.md', written);
  }
}
