/** A release that was watched to the end and found well is what a later rollback returns to. */
import { isSha, repository } from './commands/git.ts';
import { failuresIn, sentence } from './errors.ts';
import { recordEnd } from './hosts/history.ts';
import type { Reached } from './hosts/reached.ts';
import { eachAtMost } from './parallel.ts';
import type { Clock } from './ports.ts';
import type { RunStart } from './recording.ts';

export type Watched = {
  readonly hosts: readonly Reached[];
  readonly appDir: string;
  /** Full SHA, where it is known: a host with another one is not marked. */
  readonly commit: string | undefined;
  readonly run: RunStart;
  readonly clock: Clock;
};

/** Writes it into the journal of every host, under the host's lock: a rollback that runs just now knows better. Why a host was left out; never throws. */
export async function markGood({ hosts, appDir, commit, run, clock }: Watched): Promise<readonly string[]> {
  const told = await eachAtMost(8, hosts, async (host): Promise<string | undefined> => {
    try {
      const connected = await host.connected();
      const release = (await host.ask(`${repository(appDir)}fact head "$(repo rev-parse --verify --quiet HEAD)"\n`)).facts.get('head')?.[0] ?? '';
      if (!isSha(release)) return `there is no checkout in ${appDir}`;
      if (commit !== undefined && isSha(commit) && commit !== release) return `its checkout is at ${release.slice(0, 7)} and not at ${commit.slice(0, 7)}, which was watched`;
      await using locked = await connected.lock();
      const ended = { time: clock.now(), run: run.id, result: 'good', from: release, to: release, app: appDir };
      const end = await locked.hosts.get(host.name)?.perform({ id: 'mark-good', script: recordEnd(run.environment, ended), limit: 30_000 });
      return end?.kind === 'finished' && end.code === 0 ? undefined : 'the journal could not be written';
    } catch (thrown) {
      return failuresIn(thrown).map(sentence).join(' ');
    }
  });
  return told.flatMap((why, index) => (why === undefined ? [] : [`${hosts[index]?.name ?? ''}: the release was not marked as known good: ${why}`]));
}
