/** An answer that means that something was not told, in words. */
import { line } from '../report/escape.ts';
import type { Sent } from './notifier.ts';

/**
 * The body of a good answer.
 * @throws Error in words: `answered 404 "no_service"`
 */
export function accepted(sent: Sent): string {
  if (sent.kind === 'unanswered') throw new Error(sent.why);
  const { status, body } = sent;
  if (status >= 200 && status < 300) return body;
  // A page of HTML says nothing in a few words; an API's reason does.
  const reason = body.trimStart().startsWith('<') ? '' : line(body, 120);
  const redirect = status >= 300 && status < 400 ? ': it sends elsewhere, which is not followed' : '';
  throw new Error(`answered ${status}${reason === '' ? redirect : ` "${reason}"`}`);
}
