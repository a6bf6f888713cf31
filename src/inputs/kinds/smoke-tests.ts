import { isHurlPath } from '../../checks/hurl-file.ts';
import { parseSmokeTests, type SmokeTest } from '../../checks/smoke-grammar.ts';
import { parseVersionFrom, type VersionFrom } from '../../checks/version-from.ts';
import { accept, refuse, type Kind } from '../kind.ts';
import { relativePath } from './path.ts';

/** One request, or the path of a file of many. */
export type SmokeLine = SmokeTest | { readonly hurl: string };

/** One smoke test, as `parseSmokeTests` reads it, or a `.hurl` file. */
export const smokeTest: Kind<SmokeLine> = (line) => {
  if (isHurlPath(line)) {
    const path = relativePath(line);
    return 'value' in path ? accept({ hurl: path.value }) : path;
  }
  const { tests: [test], problems: [problem] } = parseSmokeTests([line]);
  if (test !== undefined && problem === undefined) return accept(test);
  return refuse(`must be a smoke test: ${problem ?? 'it is empty'}`, { fix: 'The form is: [METHOD] URL [=> STATUS] [contains "text"] [within 2s], or the path of a .hurl file' });
};

/** Where the service says which release it is. */
export const versionFrom: Kind<VersionFrom> = (text) => {
  const parsed = parseVersionFrom(text);
  return parsed === undefined ? refuse('must be header:<name> or json:/<pointer>', { got: text }) : accept(parsed);
};
