/** What GitHub did not do, in one line for a person. */
import { messageOf } from '../errors.ts';
import type { Tried } from '../notify/sending.ts';

/** The permission of the job's token that a call takes. */
export type Need = 'deployments: write' | 'issues: write' | 'pull-requests: write';

/**
 * `answered 403 "Resource not accessible by integration": the token needs "deployments: write"`
 * @param unanswered why nobody waits any more, if so
 */
export function inWords(thrown: unknown, need: Need, unanswered: string | undefined, token: string): string {
  if (unanswered !== undefined) return `GitHub ${unanswered}`;
  const status = answered(thrown);
  // Octokit writes the page of the documentation behind it.
  const said = messageOf(thrown).split('\n')[0]?.replace(/ - https:\/\/docs\.\S+$/, '').replaceAll(token, '***').slice(0, 200) ?? '';
  if (status === undefined) return said.startsWith('answered ') ? `GitHub ${said}` : `GitHub was not reached: ${said}`;
  return `GitHub answered ${status} "${said}"${advice(status, said, need)}`;
}

/** What GitHub did not do, for whoever decides whether it is asked again. */
export function triedOf(thrown: unknown): Tried {
  const status = answered(thrown);
  return status === undefined ? { kind: 'unanswered', why: messageOf(thrown) } : { kind: 'answered', status, body: '', ...retryAfterIn(thrown) };
}

function retryAfterIn(thrown: unknown): { readonly retryAfter?: string } {
  const headers = thrown instanceof Error && 'response' in thrown && typeof thrown.response === 'object' && thrown.response !== null && 'headers' in thrown.response ? thrown.response.headers : undefined;
  const told = typeof headers === 'object' && headers !== null && 'retry-after' in headers ? String(headers['retry-after']) : '';
  return told === '' ? {} : { retryAfter: told };
}

function answered(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'response' in thrown && thrown.response !== undefined && 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : undefined;
}

function advice(status: number, said: string, need: Need): string {
  if (status === 401) return ': look at the input "github-token"';
  if (status === 403 && said.includes('not accessible')) return `: the token needs "${need}"`;
  // GitHub hides from a token what it may not see.
  return status === 404 ? `: is it there, and has the token "${need}"?` : '';
}
