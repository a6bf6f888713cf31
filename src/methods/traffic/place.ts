import type { TrafficPlace } from '../../commands/nginx/place.ts';
import type { Inputs } from '../../inputs.ts';

/** @throws TypeError where the inputs name none; those of a method that moves traffic do. */
export function trafficPlace({ environment, nginxConfig: file, upstream }: Inputs): TrafficPlace {
  if (file === undefined || upstream === undefined) throw new TypeError('No block is named');
  return { environment, file, upstream };
}

/** The block, as the hosts' record of rollbacks names it. */
export function blockName({ file, upstream }: Pick<TrafficPlace, 'file' | 'upstream'>): string {
  return `${file}#${upstream}`;
}
