/** What does not go together with a drill. */
import type { Failure } from '../errors.ts';
import type { Values } from './contradictions.ts';
import { invalid } from './invalid.ts';

export function* drillRules({ drill, 'dry-run': dryRun }: Partial<Values>): Generator<Failure> {
  if (drill === true && dryRun === true) yield invalid('Input "drill" must not be "true" with "dry-run": a drill changes production and takes it back, a dry run changes nothing', 'Take one of them out.');
}
