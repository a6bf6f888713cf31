/** The last step on a host of a method that moves code. */
import { closeFound } from '../../commands/checkout.ts';
import { repository } from '../../commands/git.ts';
import { dropKeptPackages } from '../../commands/packages.ts';
import { recordEnd, type EndedRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';

/** sh that writes down how the run ended, and puts away what was kept of the checkout and its packages. */
export function closeCode({ appDir, virtualenv, environment }: Inputs, run: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): string {
  const put = material === 'leave' ? '' : closeFound(material === 'keep' ? { keepAs: ended.run } : {});
  const packages = material !== 'drop' || virtualenv === undefined ? '' : dropKeptPackages(virtualenv, run);
  return `${repository(appDir)}${recordEnd(environment, { ...ended, app: appDir })}${packages}${put}`;
}
