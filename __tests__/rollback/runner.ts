/** Starts a bundle as GitHub's runner starts it: inputs in the environment, file commands in files, and `post` with the state of `main`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly log: string;
  readonly workspace: string;
};

export type Started = {
  readonly process: ChildProcess;
  /** `GITHUB_WORKSPACE` and `RUNNER_TEMP`, unless the environment says otherwise. */
  readonly workspace: string;
  /** All that it has printed so far. */
  log(): string;
  readonly ended: Promise<Ended>;
  /** Runs the post step after `main` has ended, however it ended. */
  post(): Promise<Ended>;
};

/** The bundles under test, by their action; `ROLLBACK_BUNDLE`, `BACKUP_BUNDLE`, `WATCH_BUNDLE`, `GUARD_BUNDLE` and `REPORT_BUNDLE` name others than those in `dist/`. */
const bundles = {
  rollback: resolve(process.env['ROLLBACK_BUNDLE'] ?? join(import.meta.dirname, '../../dist/main/index.js')),
  backup: resolve(process.env['BACKUP_BUNDLE'] ?? join(import.meta.dirname, '../../dist/backup/index.js')),
  watch: resolve(process.env['WATCH_BUNDLE'] ?? join(import.meta.dirname, '../../dist/watch/index.js')),
  guard: resolve(process.env['GUARD_BUNDLE'] ?? join(import.meta.dirname, '../../dist/guard/index.js')),
  report: resolve(process.env['REPORT_BUNDLE'] ?? join(import.meta.dirname, '../../dist/report/index.js')),
};

export type Door = keyof typeof bundles;

let runs = 0;

/** @param inputs by their names in action.yml */
export function startAction(inputs: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}, door: Door = 'rollback'): Started {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STATE: join(folder, 'state'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  const runId = String(9_000 + ++runs);
  const env = {
    PATH: process.env['PATH'] ?? '', HOME: folder, RUNNER_TEMP: folder, GITHUB_WORKSPACE: folder, GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: runId, GITHUB_RUN_ATTEMPT: '1',
    GITHUB_REPOSITORY: 'green/matchers', GITHUB_SERVER_URL: 'https://github.com', GITHUB_ACTOR: 'octocat', GITHUB_EVENT_NAME: 'workflow_dispatch', GITHUB_JOB: 'rollback',
    // Nothing of GitHub is there to be asked.
    GITHUB_API_URL: 'http://127.0.0.1:9',
    ...files, ...environment,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value])),
  };
  const main = launch(bundles[door], env, folder, files);
  return {
    ...main,
    workspace: folder,
    async post() {
      await main.ended;
      const state = Object.fromEntries(Object.entries(readCommands(files.GITHUB_STATE)).map(([name, value]) => [`STATE_${name}`, value]));
      writeFileSync(files.GITHUB_STEP_SUMMARY, '');
      return launch(bundles[door], { ...env, ...state }, folder, files).ended;
    },
  };
}

export async function runAction(inputs: Readonly<Record<string, string>>, environment?: Readonly<Record<string, string>>, door?: Door): Promise<Ended> {
  const started = startAction(inputs, environment, door);
  await started.ended;
  const after = await started.post();
  const main = await started.ended;
  if (after.log.trim() !== '') throw new Error(`post did something although main had ended by itself:\n${after.log}`);
  return main;
}

function launch(bundle: string, env: NodeJS.ProcessEnv, folder: string, files: { GITHUB_OUTPUT: string; GITHUB_STEP_SUMMARY: string; GITHUB_STATE: string }): Pick<Started, 'process' | 'log' | 'ended'> {
  for (const file of Object.values(files)) writeFileSync(file, '', { flag: 'a' });
  const child = spawn(process.execPath, [bundle], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({
    code, signal, log, workspace: folder, outputs: readCommands(files.GITHUB_OUTPUT), summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  })));
  return { process: child, log: () => log, ended };
}

/** Markdown as a person reads it: without the marks that keep hosts' words from being Markdown. */
export function plain(markdown: string): string {
  return markdown.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}

/** The runner's `name<<delimiter` form. */
function readCommands(file: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...readFileSync(file, 'utf8').matchAll(/^(.+)<<(.+)\n([\s\S]*?)\n?\2\n/gm)].map(([, name = '', , value = '']) => [name, value]));
}
