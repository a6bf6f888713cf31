/** The page that load balancers show while the data is being replaced, as steps for the stages of a restore. */
import { createHash } from 'node:crypto';
import type { AsFound } from '../../as-found.ts';
import { keepTraffic, putConfigBack, reloadProved, writeConfig } from '../../commands/nginx.ts';
import { askReadable, hidePage } from '../../commands/nginx/page.ts';
import type { TrafficPlace } from '../../commands/nginx/place.ts';
import { refuseIfAny, type Failure } from '../../errors.ts';
import { writeBegunRun, type BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import { rewriteUpstream } from '../../nginx/rewrite.ts';
import { maintenanceRefusalOf, withMaintenance } from '../../nginx/maintenance.ts';
import { eachAtMost } from '../../parallel.ts';
import type { Step } from '../../plan.ts';
import type { Surroundings } from '../method.ts';
import { filesAsFound } from '../traffic/assessed.ts';
import { askBalancers, handlingOf, type BalancerFacts } from '../traffic/balancers.ts';
import { trafficPlace } from '../traffic/place.ts';
import { otherMethod, pageSocket } from '../traffic/unfinished.ts';

/**
 * An undo runs backwards and must take the page away last, when the services are up again: what does so belongs to the step that comes first. Showing
 * the page has no undo of its own; hiding it has one, for an undo stops the services once more.
 */
export type PageSteps = { readonly keep: readonly Step[]; readonly show: readonly Step[]; readonly hide: readonly Step[] };

export type Page = { readonly steps: (begun: BegunRun) => PageSteps; readonly asFound: (begun: BegunRun) => readonly AsFound[]; readonly hosts: readonly string[] };

export const noPage: Page = { steps: () => ({ keep: [], show: [], hide: [] }), asFound: () => [], hosts: [] };

const minute = 60_000;
/** In seconds: somebody who waits that long finds most restores done. */
const retryAfter = 60;
const text = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Back soon</title><body style="font:1.2em system-ui;margin:20vh auto;max-width:32em;padding:1em"><h1>Back soon</h1><p>We are putting something right. Please try again in a minute.</p></body></html>';

/** @throws RollbackError with every reason why the page could not be shown, or taken away again. */
export async function assessPage(inputs: Inputs, around: Surroundings): Promise<Page> {
  if (!inputs.maintenance) return noPage;
  const place = trafficPlace(inputs);
  const balancers = await askBalancers(inputs, around);
  refuseIfAny(otherMethod(balancers, 'database', place.upstream));
  refuseIfAny(balancers.flatMap(({ host, use }) => {
    const why = maintenanceRefusalOf(use, place.upstream);
    return why === undefined ? [] : [{ code: 'upstream-unsafe', host, what: 'the maintenance page cannot be shown', why, fix: 'Leave "maintenance" out.' } satisfies Failure];
  }));
  refuseIfAny(balancers.flatMap((balancer) => behindThePage(inputs, balancer)));
  refuseIfAny((await eachAtMost(inputs.parallel, balancers, (balancer) => unreadable(inputs, balancer, around))).flat());
  return {
    steps: (begun) => stepsFor(inputs, place, balancers, begun),
    asFound: (begun) => balancers.flatMap((balancer) => filesAsFound(place, [balancer], runOn(balancer, begun))),
    hosts: balancers.map(({ host }) => host),
  };
}

/**
 * The run whose page this is. A load balancer that was lost while a page was shown still has that page, and what is kept there is the only copy of the file
 * without it: that run is brought to its end there, whatever else this one begins.
 */
export function runOn({ unfinished }: Pick<BalancerFacts, 'unfinished'>, begun: BegunRun): BegunRun {
  return unfinished?.backup === undefined ? begun : unfinished;
}

/** A host that is asked for its health through its own nginx would answer with the page for as long as it is shown. */
function behindThePage({ hosts, hostHealthUrl }: Inputs, { host, use }: BalancerFacts): readonly Failure[] {
  if (!hosts.some(({ name }) => name === host)) return [];
  const through = hostHealthUrl.find(({ port, protocol }) => use.fronts.some(({ listen, scheme }) => `${scheme}:` === protocol && listen.endsWith(`:${port === '' ? (scheme === 'https' ? 443 : 80) : port}`)));
  if (through === undefined) return [];
  return [{ code: 'invalid-input', host, what: `"host-health-url" ${through.href} leads through the nginx that shows the maintenance page, so that no service could be proved before the page goes`, fix: 'Give the address at which the application itself listens, such as http://127.0.0.1:8000/health.' }];
}

async function unreadable({ maintenancePage: file }: Inputs, { host }: BalancerFacts, { hosts }: Surroundings): Promise<readonly Failure[]> {
  if (file === undefined || (await hosts.get(host)?.ask(askReadable(file)))?.facts.get('readable')?.[0] === 'yes') return [];
  return [{ code: 'invalid-input', host, what: `the maintenance page ${file} is not there, or may not be read`, fix: `Put it there: install -m 0644 page.html ${file}; or leave "maintenance-page" out for a plain one.` }];
}

function stepsFor({ maintenancePage: file }: Inputs, place: TrafficPlace, balancers: readonly BalancerFacts[], begun: BegunRun): PageSteps {
  const socketOf = (balancer: BalancerFacts): string => pageSocket(place.upstream, runOn(balancer, begun).run);
  const step = (id: string, title: string, host: string, script: string, rest: Partial<Step> = {}): Step => ({
    id, title, host, script, limit: 2 * minute, failure: { code: 'not-proved', fix: `\`nginx -t\` and the error log of nginx on ${host} say more.`, what: `“${title}” could not be done` }, ...rest,
  });
  const textsOf = (balancer: BalancerFacts): { readonly page: string; readonly between: string } => {
    // A run that takes up finds the page there: what it was put in front of comes from the copy that the host has.
    const socket = socketOf(balancer);
    const isShown = balancer.members.some(({ address }) => address === `unix:${socket}`);
    if (isShown) return { page: balancer.text, between: balancer.text };
    const page = withMaintenance(balancer.text, place.upstream, { socket, retryAfter, page: { text, ...(file === undefined ? {} : { file }) } });
    return { page, between: rewriteUpstream(page, place.upstream, balancer.members) };
  };
  const shown = (balancer: BalancerFacts): string =>
    `${writeConfig(place, { ...handlingOf(balancer), text: textsOf(balancer).page, expectedHash: balancer.hash })}${reloadProved(place, handlingOf(balancer))}`;
  const hidden = (balancer: BalancerFacts): string => {
    const { page, between } = textsOf(balancer);
    const handling = handlingOf(balancer);
    return hidePage(place, hashOf(page), `${writeConfig(place, { ...handling, text: between, expectedHash: hashOf(page) })}${reloadProved(place, handling)}`) + putConfigBack(place, handling);
  };
  return {
    keep: balancers.map((balancer) => step('keep-traffic', `Keep ${place.file}`, balancer.host, keepTraffic(place, { runJson: writeBegunRun(runOn(balancer, begun)), hash: balancer.hash, recorded: balancer.seen }), {
      failure: { code: 'locked', fix: `Look who changes ${place.file} on ${balancer.host}, then run the rollback again.`, what: `${place.file} is not as it was looked at, or could not be kept` },
      undo: { title: 'The maintenance page goes', script: hidden(balancer), limit: 2 * minute },
    })),
    show: balancers.map((balancer) => step('show-page', 'Show the maintenance page', balancer.host, shown(balancer))),
    hide: balancers.map((balancer) => step('hide-page', 'Take the maintenance page away', balancer.host, hidden(balancer), {
      undo: { title: 'The maintenance page again', script: shown(balancer), limit: 2 * minute },
    })),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
