/** What must be true of `.hurl` files before anything is touched: a run that could never be proved does not begin. */
import { refuseIfAny, type Failure } from '../errors.ts';
import { eachAtMost } from '../parallel.ts';
import { unsetIn, type HurlFile } from './hurl-file.ts';
import type { GetHurl, Hurl, HurlEnd } from './hurl-port.ts';
import { lastWords } from './hurl-results.ts';

const atOnce = 4;

/**
 * Hurl is there, it can read the files, and their variables are set.
 * @throws RollbackError `missing-tool`, `invalid-input`
 */
export async function refuseUnreadable(files: readonly HurlFile[], getHurl: GetHurl): Promise<void> {
  if (files.length === 0) return;
  const hurl = await getHurl();
  const problems = await eachAtMost(atOnce, files, async (file) => {
    const end = await hurl.check(file.path);
    return [...unreadable(file, end, hurl), ...unset(file, hurl)];
  });
  refuseIfAny(problems.flat());
}

function unreadable({ path, text }: HurlFile, end: HurlEnd, { secrets }: Hurl): readonly Failure[] {
  const refused = (what: string, why: string): readonly Failure[] => [{ code: 'invalid-input', what: `${path} ${what}`, ...(why === '' ? {} : { why }), fix: `See what "hurl ${path}" says in the checked-out repository.` }];
  if (end.kind === 'late') return refused('could not be read by Hurl in time', '');
  if (end.kind === 'unrun') return refused('could not be read by Hurl', end.why);
  if (end.code !== 0) return refused('cannot be read by Hurl', lastWords(end.trouble, secrets));
  return /^[ \t]*[^\s#]/m.test(text) ? [] : refused('holds no request', '');
}

function unset(file: HurlFile, { variables }: Hurl): readonly Failure[] {
  return unsetIn(file, variables).map((name): Failure => ({
    code: 'invalid-input', what: `${file.path} uses the variable ${name}, which is not set`, fix: `Set HURL_VARIABLE_${name} in the "env" of the step, or HURL_SECRET_${name} where it is a secret.`,
  }));
}
