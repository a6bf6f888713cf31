import { accept, type Kind, type Refusal } from '../kind.ts';

/** One item per line; blank lines and `# comments` are left out, and no line may stand twice. */
export function list<T>(item: Kind<T>): Kind<readonly T[]> {
  return (text) => {
    const values: T[] = [];
    const refused: Refusal[] = [];
    const seen = new Set<string>();
    for (const { line, number } of itemLines(text)) {
      const parsed = item(line);
      if ('refused' in parsed) refused.push(...parsed.refused.map((refusal) => ({ ...refusal, line: number })));
      else if (seen.has(line)) refused.push({ rule: 'must not repeat another line', got: line, line: number });
      else values.push(parsed.value);
      seen.add(line);
    }
    const [first, ...rest] = refused;
    return first === undefined ? accept(values) : { refused: [first, ...rest] };
  };
}

/** The lines that are items, trimmed, with their number in the text counted from 1. */
export function itemLines(text: string): readonly { readonly line: string; readonly number: number }[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}
