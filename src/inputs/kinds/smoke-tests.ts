import { parseSmokeTests, type SmokeTest } from '../../checks/smoke-grammar.ts';
import { parseVersionFrom, type VersionFrom } from '../../checks/version-from.ts';
import { accept, refuse, type Kind } from '../kind.ts';

/** One smoke test, as `parseSmokeTests` reads it. */
export const smokeTest: Kind<SmokeTest> = (line) => {
  const { tests: [test], problems: [problem] } = parseSmokeTests([line]);
  if (test !== undefined && problem === undefined) return accept(test);
  return refuse(`must be a smoke test: ${problem ?? 'it is empty'}`, { fix: 'The form is: [METHOD] URL [=> STATUS] [contains "text"] [within 2s]' });
};

/** Where the service says which release it is. */
export const versionFrom: Kind<VersionFrom> = (text) => {
  const parsed = parseVersionFrom(text);
  return parsed === undefined ? refuse('must be header:<name> or json:/<pointer>', { got: text }) : accept(parsed);
};
