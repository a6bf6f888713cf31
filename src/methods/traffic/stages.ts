/**
 * The stages in which traffic moves, the same for every method. Pure.
 *
 * Every load balancer is written and tested before any of them reloads, and all have reloaded and answer before any is confirmed. From the writing on, each
 * host decides by itself when nobody confirms.
 */
import { confirmSwitch, keepTraffic, putConfigBack, reloadProved, writeConfig } from '../../commands/nginx.ts';
import { writeBegunRun, type BegunRun } from '../../hosts/history.ts';
import type { Asked, Proof, Stage, Step } from '../../plan.ts';
import { handlingOf } from './balancers.ts';
import type { Change } from './changes.ts';
import type { TrafficPlace } from '../../commands/nginx/place.ts';

export type Move = {
  readonly place: TrafficPlace;
  readonly begun: BegunRun;
  readonly changes: readonly Change[];
  /** `Give the traffic of app to blue (blue:8000)` */
  readonly title: string;
  /** The servers that get the traffic, as every load balancer must reach them before any is changed. */
  readonly servers: readonly Asked[];
  /** What must be true besides, once all have reloaded. */
  readonly proofs: readonly Proof[];
  /** A host that decides by itself keeps the switch when one of the servers is well. */
  readonly anyServer?: true;
  /** Seconds after which a host decides by itself. */
  readonly confirmWithin: number;
};

const minute = 60_000;

export function moveTraffic(move: Move): readonly Stage[] {
  const { place, begun, changes, title, servers, proofs, confirmWithin } = move;
  if (changes.length === 0) return [];
  const { file, upstream } = place;
  const on = (make: (change: Change) => Step): readonly Step[] => changes.map(make);
  const hosts = changes.map(({ balancer: { host } }) => host);
  return [
    {
      name: 'Keep the configuration', touches: false, prove: [], ...(servers.length === 0 ? {} : { proofs: [{ kind: 'servers', servers } as const] }),
      steps: on(({ balancer: { host, hash, seen } }) => ({
        id: 'keep-traffic', title: `Keep ${file}`, host, limit: minute,
        script: keepTraffic(place, { runJson: writeBegunRun(begun), hash, recorded: seen }),
        failure: { code: 'locked', fix: `Look who changes ${file} on ${host}, then run the rollback again.`, what: `${file} is not as it was looked at, or could not be kept` },
      })),
    },
    {
      name: 'Write and test', touches: true, prove: [],
      steps: on(({ balancer, text, questions }) => ({
        id: 'switch', title, host: balancer.host, limit: 2 * minute,
        script: writeConfig(place, { ...handlingOf(balancer), text, expectedHash: balancer.hash, decision: { timeoutSeconds: confirmWithin, questions, ...(move.anyServer === undefined ? {} : { any: move.anyServer }) } }),
        undo: { title: `${file} as it was found`, script: putConfigBack(place, handlingOf(balancer)), limit: 2 * minute },
        failure: { code: 'nginx-config-invalid', fix: `\`nginx -t\` and the folder of ${file} on ${balancer.host} say more.`, what: `the new ${file} could not be put in place` },
      })),
    },
    {
      name: 'Reload', touches: true, prove: hosts, ...(proofs.length === 0 ? {} : { proofs }),
      steps: on(({ balancer }) => ({
        id: 'reload-nginx', title: 'Reload nginx, and see that it is in force', host: balancer.host, limit: 2 * minute,
        script: reloadProved(place, handlingOf(balancer)),
        failure: { code: 'not-proved', fix: `The error log of nginx on ${balancer.host} says why it did not take the configuration.`, what: 'nginx did not take the new configuration' },
      })),
    },
    {
      name: 'Confirm', touches: true, prove: [],
      steps: on(({ balancer: { host } }) => ({
        id: 'confirm', title: `Confirm the switch of ${upstream}`, host, limit: minute,
        script: confirmSwitch(place),
        failure: { code: 'not-proved', fix: `Look at ${file} on ${host}: the host had turned back by itself.`, what: 'the switch could not be confirmed' },
      })),
    },
  ];
}
