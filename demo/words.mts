/** What the demo says to a person. Pure. */
import type { Production, Sight } from './production.mts';

/** What there is, and its releases, newest first. */
export function opening({ description, releases }: Pick<Production, 'description' | 'releases'>): readonly string[] {
  return [
    `Green Matchers in production: ${description}.`,
    '',
    ...releases.toReversed().map(({ tag, sha, subject }, index) => `  ${tag}  ${sha.slice(0, 7)}  ${subject}${index === 0 ? '   <- deployed just now' : ''}`),
  ];
}

export function sights(seen: readonly Sight[]): readonly string[] {
  const width = Math.max(...seen.map(({ name }) => name.length));
  return seen.map(({ name, says, back }) => `  ${back ? '✓' : '✗'} ${name.padEnd(width)}  ${says}`);
}

/** The head of a step's log on GitHub: what runs, with which inputs. Long values are cut, the key is not shown. */
export function stepHead(inputs: Readonly<Record<string, string>>): readonly string[] {
  return [
    '▾ Run rollback-action',
    '    with:',
    ...Object.entries(inputs).map(([name, value]) => {
      const shown = name === 'ssh-private-key' ? '***' : value.trim().replaceAll('\n', ' ');
      return `      ${name}: ${shown.length > 100 ? `${shown.slice(0, 99)}…` : shown}`;
    }),
  ];
}
