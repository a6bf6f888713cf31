/** An address that says whether the service is well, asked from the runner and on each host itself. */
import { askHealth, type HealthCheck } from '../checks/health.ts';
import { messageOf } from '../errors.ts';
import type { Milliseconds } from '../ports.ts';
import { asFarAsKnown } from './release.ts';
import type { Scene } from './scene.ts';
import type { Question, Trigger } from './trigger.ts';

const reachable: Milliseconds = 10_000;

export const health: Trigger = {
  name: 'health',
  questions(scene) {
    const { inputs, hosts, expected } = scene;
    const release = expected === undefined ? {} : { expected };
    const fromRunner = inputs.healthUrl.map((url): HealthCheck => ({ url, ...release }));
    const fromHosts = [...hosts.values()].flatMap((via) => inputs.hostHealthUrl.map((url): HealthCheck => ({ url, via, ...release })));
    return [...fromRunner, ...fromHosts].map((check) => questionOf(check, scene));
  },
};

function questionOf(check: HealthCheck, { inputs, http, clock }: Scene): Question {
  return {
    trigger: 'health',
    source: `${check.url.href}${check.via === undefined ? '' : ` on ${check.via.name}`}`,
    group: `health ${check.url.href} ${check.via?.name ?? ''}`,
    rule: { failures: inputs.healthFailures, of: inputs.healthFailures },
    every: inputs.interval,
    // Nobody asked it before the deployment.
    before: () => Promise.resolve([]),
    async ask(_window, signal) {
      const time = clock.now();
      const { verdict, message } = (await unreachable(check)) ?? asFarAsKnown(await askHealth(check, { http, signal }), check.expected);
      return signal.aborted ? [] : [{ time, verdict, message }];
    },
  };
}

/** A host that cannot be reached says nothing of the address: asked over a way that is still being opened, it would be as one that does not answer. */
async function unreachable({ via }: HealthCheck): Promise<{ readonly verdict: 'unknown'; readonly message: string } | undefined> {
  try {
    await via?.ask(':\n', { limit: reachable });
    return undefined;
  } catch (thrown) {
    return { verdict: 'unknown', message: `could not be asked: ${messageOf(thrown).split('\n')[0] ?? ''}` };
  }
}
