/** The last step on a load balancer. */
import { closeTraffic } from '../../commands/nginx.ts';
import { recordEnd, type EndedRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import type { Traffic } from '../method.ts';
import { blockName, trafficPlace } from './place.ts';

/** sh that writes down how the run ended, and puts away what was kept of the file. */
export function closeBalancer(inputs: Inputs, { from, to, bad, badRelease, servers }: Traffic, host: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): string {
  const place = trafficPlace(inputs);
  const moved = ended.result === 'rolled-back';
  const record = recordEnd(place.environment, {
    ...ended, from, to, app: blockName(place),
    ...(moved && bad !== undefined ? { bad, ...(badRelease === undefined ? {} : { badRelease }) } : {}), ...(moved && servers[host] !== undefined ? { servers: servers[host] } : {}),
  });
  return `${record}${closeTraffic(place, material, ended.run)}`;
}
