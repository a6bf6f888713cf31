import { quote } from '../commands/quote.ts';
import { folderName } from './run-folder.ts';

/** Where the lock of an application lies on a host: in its checkout's git folder, which is the same for every SSH user. */
export type LockPlace = {
  readonly checkout?: string;
  /** For a host without that checkout (a load balancer): an absolute folder, named for application and environment. */
  readonly folder: string;
};

/**
 * Where a run locks each of its hosts: an application's host by its checkout, a load balancer by the block that is changed there.
 * @param traffic the nginx file and its block, where load balancers are worked on
 */
export function lockPlaces(environment: string, checkout: string, balancers: ReadonlySet<string>, traffic: string): (host: string) => LockPlace {
  const folder = `/var/tmp/rollback-action-${folderName(environment)}`;
  return (host) => (balancers.has(host) ? { folder: `${folder}-${folderName(traffic)}` } : { checkout, folder });
}

/** Shell text that sets `$lock`. Changes nothing. */
export function findLock({ checkout, folder }: LockPlace): string {
  const fallback = `lock=${quote(folder)}/rollback-action.lock\n`;
  if (checkout === undefined) return fallback;
  // Nothing of the repository is run by rev-parse, so its owner need not be trusted.
  return `if lock=$(git -c safe.directory='*' -C ${quote(checkout)} rev-parse --absolute-git-dir 2>/dev/null); then
  lock=$lock/rollback-action.lock
else
  ${fallback}fi
`;
}
