/**
 * Writes the tables of inputs and outputs in README.md from each action.yml: those of the rollback between `<!-- inputs -->` and
 * `<!-- /inputs -->`, those of backup/ between `<!-- backup inputs -->` and `<!-- /backup inputs -->`, and the same for `outputs`.
 * With `--check` it writes nothing, and fails when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isPair, isScalar, parseDocument, type Document } from 'yaml';

type Row = { readonly group: string | undefined; readonly name: string; readonly description: string };

/** The actions of this repository, each with what leads its markers. */
export const actions = [{ file: 'action.yml', lead: '' }, { file: 'backup/action.yml', lead: 'backup ' }, { file: 'watch/action.yml', lead: 'watch ' }, { file: 'guard/action.yml', lead: 'guard ' }, { file: 'report/action.yml', lead: 'report ' }] as const;

/**
 * @param lead stands before `inputs` and `outputs` in the markers
 * @throws Error when the README lacks one of the markers
 */
export function withTables(readme: string, action: string, lead = ''): string {
  const document = parseDocument(action);
  return between(between(readme, `${lead}inputs`, inputsTable(rowsOf(document, 'inputs'))), `${lead}outputs`, outputsTable(rowsOf(document, 'outputs')));
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
  const written = actions.reduce((text, { file, lead }) => withTables(text, readFileSync(file, 'utf8'), lead), readme);
  if (process.argv.includes('--check')) {
    if (written !== readme) {
      console.error('README.md does not say what the actions say. Run: node scripts/readme.mts');
      process.exitCode = 1;
    }
  } else {
    writeFileSync('README.md', written);
  }
}
