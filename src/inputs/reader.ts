import { RollbackError, type Failure } from '../errors.ts';
import type { ConfigFile } from './config-file.ts';
import type { Declaration, Declarations, ValuesOf } from './declaration.ts';
import { invalid } from './invalid.ts';
import { redactor, secretsToMask } from './masks.ts';
import { refuse, type Refusal } from './kind.ts';
import { shown } from './shown.ts';
import { mergeSources, type Given, type Source } from './source.ts';


export type Reading<D extends Declarations> = {
  readonly declarations: D;
  /** The secret inputs of all actions of this repository, and the names of all inputs. */
  readonly secrets: ReadonlySet<string>;
  readonly elsewhere: readonly string[];
  /** Inputs that are right each by itself and wrong together. */
  readonly together: (values: Partial<ValuesOf<D>>, isSet: (name: string) => boolean) => readonly Failure[];
};

/**
 * Every declared input.
 * @param raw texts by input name (`health-url`), as the runner hands them over
 * @param config the file that the `config` input names, when it names one
 * @throws RollbackError `invalid-input`, one failure for each mistake
 */
export function readAll<D extends Declarations>(raw: Readonly<Record<string, string>>, config: ConfigFile | undefined, { declarations, secrets, elsewhere, together }: Reading<D>): ValuesOf<D> {
  const redact = redactor(secretsToMask(raw, secrets));
  const source = mergeSources(raw, config, Object.keys(declarations), secrets, elsewhere);
  const { values, failures } = readDeclared(declarations, source, redact);
  const contradictions = source.complete ? together(values, (name) => source.given.has(name)) : [];
  const [first, ...rest] = [...source.failures, ...failures, ...contradictions].map(({ what, fix }) => invalid(redact(what), redact(fix)));
  if (first !== undefined) throw new RollbackError([first, ...rest]);
  if (!isComplete(declarations, values)) throw new TypeError('An input has neither a value nor a failure');
  return values;
}

/**
 * Reads every declared input; what is wrong is collected, never thrown, so that all of it can be told at once.
 * The values are without the inputs that are wrong.
 */
function readDeclared<D extends Declarations>(
  declarations: D,
  source: Source,
  redact: (text: string) => string,
): { readonly values: Partial<ValuesOf<D>>; readonly failures: readonly Failure[] } {
  const values: Partial<ValuesOf<D>> = {};
  const failures: Failure[] = [];
  for (const [name, declaration] of Object.entries(declarations)) {
    const given = source.given.get(name);
    if (given === undefined && !source.complete) continue;
    const parsed = hasControls(given?.text) ? refuse('must not contain control characters') : declaration.read(given?.text);
    if ('value' in parsed) Object.assign(values, { [name]: parsed.value });
    else failures.push(...parsed.refused.map((refusal) => tell(name, declaration, given, refusal, redact)));
  }
  return { values, failures };
}

/** Whether every declared input has its value: true when reading found nothing wrong. */
function isComplete<D extends Declarations>(declarations: D, values: Partial<ValuesOf<D>>): values is ValuesOf<D> {
  return Object.keys(declarations).every((name) => Object.hasOwn(values, name));
}

/** `Input "parallel" must be a whole number from 1, got "two"`, and where to correct it. */
function tell(name: string, { secret }: Declaration<unknown>, given: Given | undefined, refusal: Refusal, redact: (text: string) => string): Failure {
  const place = refusal.line !== undefined && given?.text.includes('\n') ? `Line ${refusal.line} of input "${name}"` : `Input "${name}"`;
  const got = secret || refusal.got === undefined ? '' : `, got ${shown(redact(refusal.got))}`;
  return invalid(`${place} ${refusal.rule}${got}`, refusal.fix ?? whereToCorrect(name, secret, given));
}

function whereToCorrect(name: string, secret: boolean, given: Given | undefined): string {
  if (given === undefined && secret) return `Pass it with ${name}: \${{ secrets.… }}; a secret that this job's environment does not have arrives empty.`;
  if (given === undefined) return 'Set it in the workflow or in the config file.';
  return `Correct it in ${given.file ?? 'the workflow'}.`;
}

function hasControls(text = ''): boolean {
  return /[^\P{Cc}\n\t]/u.test(text);
}
