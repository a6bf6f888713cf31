/** One AWS for a test file: moto, a relay in front of it, a clock of virtual time, and the SDK pointed there by AWS's own variables. */
import { vi } from 'vitest';
import { rdsIn } from '../../../src/adapters/rds.ts';
import type { Rds, Target } from '../../../src/databases/rds/port.ts';
import { rdsPlace } from '../../../src/databases/rds/place.ts';
import type { Host } from '../../../src/ports.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { startMoto } from './moto.ts';
import { Relay } from './relay.ts';

export type Aws = AsyncDisposable & {
  readonly relay: Relay;
  readonly rds: Rds;
  readonly clock: FakeClock;
  /** What the places said. */
  readonly said: string[];
  /** A call as a person would make it. @throws Error with AWS's answer when it refuses */
  call(action: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  place(target: Target, run: string, rds?: Rds, signal?: AbortSignal): Host;
};

export const account = '123456789012';

export async function startAws(): Promise<Aws> {
  const moto = await startMoto();
  const clock = new FakeClock(Date.now());
  const relay = new Relay(moto.url, () => clock.now());
  const listening = await relay.listen();
  for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL: listening.url, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-central-1' })) vi.stubEnv(name, value);
  const rds = rdsIn('eu-central-1');
  const said: string[] = [];
  return {
    relay, rds, clock, said,
    async call(action, parameters) {
      const answer = await fetch(listening.url, {
        method: 'POST', body: new URLSearchParams({ Action: action, Version: '2014-10-31', ...parameters }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/eu-central-1/rds/aws4_request, SignedHeaders=host, Signature=x' },
      });
      const xml = await answer.text();
      if (!answer.ok) throw new Error(xml);
      relay.calls.pop();
      return xml;
    },
    place: (target, run, through = rds, signal) => rdsPlace({ target, rds: through, run, clock, random: () => 0.99, say: (line) => said.push(line), ...(signal === undefined ? {} : { signal }) }),
    async [Symbol.asyncDispose]() {
      rds[Symbol.dispose]();
      listening.close();
      vi.unstubAllEnvs();
      await moto[Symbol.asyncDispose]();
    },
  };
}
