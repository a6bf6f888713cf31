/** Runs a workflow with act (github.com/nektos/act) in host mode: its jobs are processes of this machine. */
import { spawn, spawnSync } from 'node:child_process';
import { constants, accessSync, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** The program, on the PATH or where `go install` puts it; undefined when it is in neither. */
export function findAct(): string | undefined {
  const { stdout } = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' });
  const installed = (stdout ?? '').trim();
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...(installed === '' ? [] : [join(installed, 'bin')])];
  return folders.map((folder) => join(folder, 'act')).find(isProgram);
}

function isProgram(file: string): boolean {
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A runner to be: `checkout` is the project with its `.git`, `action` is what `uses` stands for, `secrets` a YAML file, `home` for act's own. */
export type Runner = { readonly act: string; readonly checkout: string; readonly uses: string; readonly action: string; readonly secrets: string; readonly home: string };

/** What came of a run. `jobs` says `success` or `failure`, and nothing of a job that was passed over; `outputs` by step name, then by output. */
export type Ran = { readonly jobs: Readonly<Record<string, string>>; readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>> };

/** As act writes it down, one JSON a line. */
type Line = { readonly msg?: string; readonly job?: string; readonly jobID?: string; readonly step?: string; readonly jobResult?: string; readonly command?: string; readonly name?: string; readonly arg?: string };

const longest = 10 * 60_000;

/**
 * The push of the checkout's HEAD, in a repository that GitHub does not have: nothing answers for its API.
 * @param id the run's number
 */
export async function push(runner: Runner, id: number): Promise<Ran> {
  const github = { GITHUB_RUN_ID: String(id), GITHUB_REPOSITORY: 'green/matchers', GITHUB_API_URL: 'http://127.0.0.1:9' };
  const words = [
    'push', '--json', '--directory', runner.checkout, '--platform', 'ubuntu-latest=-self-hosted', '--local-repository', `${runner.uses}=${runner.action}`,
    '--secret-file', runner.secrets, '--actor', 'octocat', '--no-cache-server', '--container-daemon-socket', '-',
    ...Object.entries(github).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
  const child = spawn(runner.act, words, {
    cwd: runner.checkout, stdio: ['ignore', 'pipe', 'pipe'], timeout: longest,
    // In host mode every step inherits what act has.
    env: { PATH: process.env['PATH'], HOME: runner.home, LANG: 'C.UTF-8' },
  });
  const jobs: Record<string, string> = {};
  const outputs: Record<string, Record<string, string>> = {};
  const take = (text: string) => {
    const line = read(text);
    console.log(`${line.job === undefined ? '' : `${line.job} | `}${(line.msg ?? text).trimEnd()}`);
    if (line.jobID !== undefined && line.jobResult !== undefined) jobs[line.jobID] = line.jobResult;
    if (line.command === 'set-output' && line.step !== undefined && line.name !== undefined) (outputs[line.step] ??= {})[line.name] = line.arg ?? '';
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take);
  await new Promise((resolve, reject) => void child.once('error', reject).once('close', resolve));
  return { jobs, outputs };
}

function read(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return {};
  }
}
