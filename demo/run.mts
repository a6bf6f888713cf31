/**
 * `npm run demo`: a broken production, the bundled action started as GitHub's runner starts it, production healthy again.
 *
 *     npm run demo                      three embedded hosts; no root
 *     npm run demo -- --fleet           three Debian hosts with systemd and MariaDB; Linux and root
 *     npm run demo -- --target-fails    the release to return to is broken too: everything is put back as it was found
 *     npm run demo -- --serve FILE      only the production, until it is ended; its inputs and the SHA of v2 (`target`) in FILE, as for GITHUB_OUTPUT
 *     npm run demo -- --out FOLDER      where the summary is left; demo/out
 *
 * Exits with 0 when production is back on v2 on every host, with 1 when it is not, with 2 when the demo cannot run here.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { startEmbeddedProduction } from './embedded/production.mts';
import type { Production } from './production.mts';
import { serve } from './serve.mts';
import { tellStory, type Telling } from './story.mts';

const { values: options } = parseArgs({
  options: {
    fleet: { type: 'boolean', default: false },
    'target-fails': { type: 'boolean', default: false },
    serve: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, 'out') },
  },
});

const exits = { back: 0, served: 0, broken: 1, impossible: 2, interrupted: 130 };
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());

const telling: Telling = {
  say: (line) => void process.stdout.write(`${line}\n`),
  paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  out: resolve(options.out),
  signal: ended.signal,
};

process.exitCode = exits[await demo()];

async function demo(): Promise<keyof typeof exits> {
  const missing = whatIsMissing();
  if (missing !== undefined) {
    console.error(missing);
    return 'impossible';
  }
  await using production = options.fleet ? await onFleet() : await startEmbeddedProduction({ targetFails: options['target-fails'] });
  if (production === undefined) return 'impossible';
  if (options.serve !== undefined) {
    await serve(production, resolve(options.serve), ended.signal);
    return 'served';
  }
  const back = await tellStory(production, telling);
  return ended.signal.aborted ? 'interrupted' : back ? 'back' : 'broken';
}

async function onFleet(): Promise<Production | undefined> {
  telling.say('Booting three hosts; the first time their image is built, which takes minutes.\n');
  const { startFleetProduction } = await import('./fleet.mts');
  return startFleetProduction();
}

/** The embedded hosts are this machine: what the action needs on a host has to be here. */
function whatIsMissing(): string | undefined {
  if (process.platform !== 'linux') return `The demo needs Linux, because its hosts run on this machine's own shell; this is ${process.platform}.`;
  const missing = ['git', 'flock', 'setsid', 'timeout', 'sha256sum'].filter((program) => spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status !== 0);
  return missing.length === 0 ? undefined : `The demo needs ${missing.join(', ')}, which this machine does not have.`;
}
