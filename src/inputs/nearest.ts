import { distance } from 'fastest-levenshtein';

/** The candidate that was probably meant; undefined when more than half of it would have to change. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const lower = text.toLowerCase();
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: distance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(candidate.length, lower.length) / 2)
    .toSorted((a, b) => a.edits - b.edits);
  return best?.candidate;
}
