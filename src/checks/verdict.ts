import type { Release, Verdict } from '../outcome.ts';
import type { HttpAnswer, Milliseconds } from '../ports.ts';
import { isRelease, placeOf, type VersionFrom, versionIn } from './version-from.ts';

/** The release that has to answer, and how an answer is known to come from it. */
export type Expected = { readonly from: VersionFrom; readonly release: Pick<Release, 'sha' | 'names'> };

/** What one answer means. */
export type Finding = {
  readonly verdict: Verdict;
  /** What came, and what was expected where that is something else. */
  readonly message: string;
  readonly status?: number;
  readonly milliseconds?: Milliseconds;
  /** The release that the answer names, ready to be shown. */
  readonly version?: string;
  /** The address answered well, but as another release. */
  readonly wrongRelease?: true;
};

/**
 * A health check passes on any 2xx; when `expected` is given, only on one of that release. A good answer that names no release has
 * failed: that it is not the release is as likely as that it is, and login pages and caches answer like this.
 * @param lenient any status below 500 is good
 */
export function judge(answer: HttpAnswer, expected?: Expected, lenient?: true): Finding {
  switch (answer.kind) {
    case 'unasked':
      return { verdict: 'unknown', message: `could not be asked: ${answer.why}` };
    case 'failed':
      return { verdict: 'failed', message: answer.why, milliseconds: answer.milliseconds };
    case 'answered':
      return { ...answered(answer, expected, lenient), status: answer.status, milliseconds: answer.milliseconds };
  }
}

/** The worst of several: one failure outweighs all that is unknown. Of none at all: `unknown`, for nothing was proved. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('failed')) return 'failed';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'passed';
}

/** `v2 (2f6c1d0)`, or the short SHA alone. */
export function nameOf({ sha, names }: Expected['release']): string {
  const [name] = names;
  return name === undefined ? sha.slice(0, 7) : `${name} (${sha.slice(0, 7)})`;
}

type Answered = Extract<HttpAnswer, { kind: 'answered' }>;

function answered(answer: Answered, expected: Expected | undefined, lenient: true | undefined): Pick<Finding, 'verdict' | 'message' | 'version' | 'wrongRelease'> {
  const { status, milliseconds } = answer;
  if (lenient && status >= 500) return { verdict: 'failed', message: `answered ${status}, a status below 500 was expected` };
  if (!lenient && (status < 200 || status > 299)) return { verdict: 'failed', message: `answered ${status}${towards(answer)}, a 2xx was expected` };
  if (expected === undefined) return { verdict: 'passed', message: `answered ${status} in ${milliseconds} ms` };
  const version = versionIn(answer, expected.from);
  if (version === undefined) {
    return { verdict: 'failed', message: `answered ${status} without ${placeOf(expected.from)}: it does not say whether it is ${nameOf(expected.release)}` };
  }
  const shown = showable(version);
  return isRelease(version, expected.release)
    ? { verdict: 'passed', message: `answered ${status} in ${milliseconds} ms as ${shown}`, version: shown }
    : { verdict: 'failed', message: `answered ${status} as ${shown}, ${nameOf(expected.release)} was expected`, version: shown, wrongRelease: true };
}

function towards({ status, headers }: Answered): string {
  const location = headers.get('location');
  return status >= 300 && status < 400 && location !== undefined ? ` to ${showable(location.replace(/[?#].*/, ''))}` : '';
}

/** A text from the world, short and on one line. A whole SHA stays whole. */
function showable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]+/g, '?');
  return clean.length > 64 ? `${clean.slice(0, 63)}…` : clean;
}
