import type { CheckResult } from '../outcome.ts';
import { eachAtMost } from '../parallel.ts';
import type { HttpAnswer, ReadableHost } from '../ports.ts';
import { addressOf, placeName } from './asked-at.ts';
import type { Asking } from './health.ts';
import { versionIn, type VersionFrom } from './version-from.ts';

/** How an answer is known to come from the server that has left; without it, no answer can tell. */
export type Known = { readonly from: VersionFrom; readonly version: string };

export type GoneCheck = {
  readonly url: URL;
  readonly via: ReadableHost;
  readonly at: NonNullable<Parameters<typeof addressOf>[1]>;
  readonly forwarded?: 'https';
  /** The server that traffic has left, for people. */
  readonly server: string;
  readonly known?: Known;
  readonly requests: number;
};

const atOnce = 8;

/** The share of requests that may fail: to give a bad canary its traffic back for one lost answer of a good server would be worse. */
const tolerated = 0.01;

/**
 * So many requests on fresh connections, none of which may be answered by the server that has left, and hardly one with a 5xx. What could not be asked
 * proves nothing: with fewer than half of the answers the verdict is `unknown`.
 */
export async function proveGone({ url, via, at, forwarded, server, known, requests }: GoneCheck, { http, signal }: Pick<Asking, 'http' | 'signal'>): Promise<CheckResult> {
  const asked = await eachAtMost(atOnce, Array.from({ length: requests }), () => http({ method: 'GET', url, timeout: 5000, signal, via, at, ...(forwarded === undefined ? {} : { forwarded }) }));
  const answers = asked.filter((answer) => answer.kind === 'answered');
  const base = { kind: 'health', name: `${url.pathname} at ${placeName(at)} × ${requests}`, url: addressOf(url, at), host: via.name, tries: requests } as const;
  const hers = answers.filter((answer) => known !== undefined && versionIn(answer, known.from) === known.version).length;
  if (hers > 0) return { ...base, verdict: 'failed', message: `${hers} of ${answers.length} requests were answered by ${server}, which says that it is ${known?.version}` };
  const bad = asked.filter(isBad);
  const [first] = bad;
  if (first !== undefined && bad.length > requests * tolerated) return { ...base, verdict: 'failed', message: `${bad.length} of ${requests} requests failed: ${first.kind === 'answered' ? `answered ${first.status}` : first.why}` };
  if (answers.length * 2 < requests) {
    const why = asked.find(({ kind }) => kind === 'unasked');
    return { ...base, verdict: 'unknown', message: `only ${answers.length} of ${requests} requests were answered: ${why?.kind === 'unasked' ? why.why : 'they were never made'}` };
  }
  const failed = bad.length === 0 ? '' : `; ${bad.length} failed`;
  return { ...base, verdict: 'passed', message: known === undefined ? `${answers.length} of ${requests} requests were answered${failed}` : `none of ${answers.length} requests was answered by ${server}${failed}` };
}

function isBad(answer: HttpAnswer): boolean {
  return answer.kind === 'failed' || (answer.kind === 'answered' && answer.status >= 500);
}
