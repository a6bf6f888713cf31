import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Who and what this run is, as the runner tells it; outside of GitHub as far as it can be told. */
export type RunIdentity = {
  /**
   * `<run id>-<attempt>-<job>-<step>-<random>`: another attempt is another run, and so is another step of the same job; the jobs of a matrix
   * are told apart by nothing that the runner says. On hosts a step of a run is done once: two runs with one name would be one.
   */
  readonly id: string;
  readonly url: string;
  readonly actor: string;
  readonly trigger: string;
  readonly repository: string;
  readonly serverUrl: string;
};

export function runIdentity(environment: NodeJS.ProcessEnv): RunIdentity {
  const value = (name: string): string => environment[name] ?? '';
  const serverUrl = value('GITHUB_SERVER_URL') || 'https://github.com';
  const repository = value('GITHUB_REPOSITORY');
  const run = value('GITHUB_RUN_ID');
  const parts = [run, value('GITHUB_RUN_ATTEMPT') || '1', value('GITHUB_JOB'), value('GITHUB_ACTION')].filter((part) => part !== '');
  return {
    id: [run === '' ? 'local' : parts.join('-'), randomUUID().slice(0, 8)].join('-').replaceAll(/[^A-Za-z0-9.-]/g, '-'),
    url: run === '' || repository === '' ? '' : `${serverUrl}/${repository}/actions/runs/${run}`,
    actor: value('GITHUB_TRIGGERING_ACTOR') || value('GITHUB_ACTOR') || value('USER') || 'unknown',
    trigger: eventName(value('GITHUB_EVENT_NAME'), value('GITHUB_EVENT_PATH')),
    repository,
    serverUrl,
  };
}

function eventName(name: string, file: string): string {
  if (name !== 'repository_dispatch' || file === '') return name || 'by hand';
  try {
    const event: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof event === 'object' && event !== null && 'action' in event ? `${name}: ${String(event.action)}` : name;
  } catch {
    return name;
  }
}
