/** Rows as they were found and as they are, by table: what the application itself wrote is told from what the run did. */
import { answerTo } from './as-found.ts';
import type { Facts } from './ports.ts';
import type { Underway } from './underway.ts';

/**
 * Rows that differ from what was found without our doing: in tables that no migration touches, and in those to which the application was seen to
 * write between the downgrade and its undo. Where it is not known what was kept aside, every table counts as touched.
 */
export function writtenByTheApplication(done: ReadonlyMap<string, Facts>, undone: ReadonlyMap<string, Facts>): (line: string) => boolean {
  const tables = (facts: ReadonlyMap<string, Facts>, name: string): readonly string[] => [...facts.values()].flatMap((each) => each.get(name) ?? []).map((line) => line.split(' ').slice(1).join(' '));
  const [kept, written] = [tables(done, 'kept'), tables(undone, 'written')];
  return (line) => {
    const [, table] = /^rows(?:-counted)? (?:\d+ ){1,2}(.+)$/.exec(line) ?? [];
    return table !== undefined && (written.includes(table) || (kept.length > 0 && !kept.includes(table)));
  };
}

/** Tables that no migration touches must hold what they held. Fewer rows are told: the application may have deleted them, or somebody else. */
export async function compareUntouched({ assessed, hosts, recording, executor }: Underway, facts: ReadonlyMap<string, Facts>): Promise<void> {
  const kept = new Set([...facts.values()].flatMap((each) => each.get('kept') ?? []).map((line) => line.split(' ').slice(1).join(' ')));
  const [question] = assessed.asFound.filter(({ needsDatabase }) => needsDatabase);
  const now = question === undefined || kept.size === 0 ? undefined : await answerTo(question, hosts, executor.databaseSecret);
  if (question?.seen === undefined || now === undefined) return;
  const [before, after] = [rowsByTable(question.seen), rowsByTable(now)];
  const untouched = [...before].filter(([table]) => !kept.has(table));
  const same = untouched.filter(([table, line]) => after.get(table) === line).length;
  recording.untouchedTables = { same, written: untouched.length - same };
  for (const [table, line] of untouched) {
    const [had, has] = [line, after.get(table) ?? '0'].map((each) => Number(each.split(' ')[0]));
    if (had !== undefined && has !== undefined && has < had) recording.notes.push(`The table ${table}, which no migration touches, had ${had} rows and has ${has}: look who deleted them.`);
  }
}

/** Of each line `rows <count> <checksum> <table>`, what stands between. */
function rowsByTable(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(lines.flatMap((line) => {
    const [, rows, table] = /^rows(?:-counted)? (\d+(?: \d+)?) (.+)$/.exec(line) ?? [];
    return rows === undefined || table === undefined ? [] : [[table, rows] as const];
  }));
}
