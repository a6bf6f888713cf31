/** What a load balancer asks by itself when it has to decide alone: the same as the run would. Pure. */
import { placeName } from '../../checks/asked-at.ts';
import type { VersionFrom } from '../../checks/version-from.ts';
import type { HostQuestion } from '../../commands/nginx/decision.ts';
import type { Asked } from '../../plan.ts';

/** @param version the release that the servers have to be */
export function hostQuestions(servers: readonly Asked[], from: VersionFrom | undefined, version: string | undefined): (host: string) => readonly HostQuestion[] {
  const expects = from === undefined || version === undefined ? {} : { expects: from.kind === 'header' ? { header: from.name, value: version } : { body: version } };
  return (host) => servers.filter(({ balancer }) => balancer === host).flatMap(({ at, urls, lenient, forwarded }) => urls.map((url): HostQuestion => {
    const { protocol, host: hostHeader, pathname, search } = new URL(url);
    return { scheme: protocol === 'https:' ? 'https' : 'http', address: placeName(at), hostHeader, path: `${pathname}${search}`, ...(forwarded === undefined ? {} : { forwarded }), accepts: lenient ? 'below-500' : '2xx', ...expects };
  }));
}
