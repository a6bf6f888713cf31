/** Whether a host may be touched: every reason why not, each with what to do. Pure. */
import type { Failure, ReasonCode } from '../errors.ts';
import type { Inputs } from '../inputs.ts';
import type { HostFacts } from './host.ts';

/** Free space below which a file system is as good as full, besides what the run itself needs. */
const reserveBytes = 16 * 1024 * 1024;

/** A git lock older than this, that no git holds, was left behind by a crash. */
const staleLockSeconds = 600;

/** Without `dirty` the checkout stays as it is, so that no local change can be lost. */
export type JudgedBy = Pick<Inputs, 'appDir' | 'backupDir'> & Partial<Pick<Inputs, 'dirty'>>;

/** The reasons why this host must not be touched; empty when it may. */
export function judgeHost(inputs: JudgedBy, facts: HostFacts): readonly Failure[] {
  const { host, user } = facts;
  const failure = (code: ReasonCode, what: string, fix: string, why?: string): Failure => ({
    code, host, what, fix, ...(why === undefined || why === '' ? {} : { why }),
  });
  return [
    ...facts.missingTools.map((tool) => failure('missing-tool', `the program ${tool} is not there`, `Install it on ${host}.`)),
    ...judgeCheckout(inputs, facts, failure),
    ...facts.units.filter(({ known }) => !known).map(({ unit }) =>
      failure('unknown-unit', `systemd does not know the unit ${unit}`,
        `Correct the input "services" or "reload"; \`systemctl list-unit-files\` on ${host} lists the units that exist.`)),
    ...facts.missingRights.map((command) =>
      failure('no-rights', `${user} may not run \`sudo -n ${command}\``,
        `Add to sudoers on ${host}: ${user} ALL=(root:root) NOPASSWD: ${sudoersPath(command)}`)),
    ...facts.configurationErrors.map((error) =>
      failure('nginx-config-invalid', 'the configuration test fails, so a reload would not come into force',
        `Mend the configuration on ${host} first, or leave the unit out of the input "reload".`, error)),
    ...judgeDisks(facts).map(({ purpose, path, freeBytes, needed }) =>
      failure('disk-full', `the file system of ${path} (${purpose}) has ${megabytes(freeBytes)} free, at least ${megabytes(needed)} are needed`,
        `Free space on ${host}; \`df -h ${path}\` shows the file system.`)),
    ...facts.missingFiles.map((file) =>
      failure('invalid-input', `${file} is not there or cannot be read by ${user}`,
        'Correct "env-file", "virtualenv" or "migrations-dir", or let the SSH user read it.')),
    ...(facts.backupDir === 'no-rights'
      ? [failure('no-rights', `${user} can neither write nor make the backup folder ${inputs.backupDir}`,
          `On ${host}: sudo install -d -o ${user} -m 0700 ${inputs.backupDir}`)]
      : []),
  ];
}

type MakeFailure = (code: ReasonCode, what: string, fix: string, why?: string) => Failure;

function judgeCheckout(inputs: JudgedBy, facts: HostFacts, failure: MakeFailure): readonly Failure[] {
  const { host, user } = facts;
  const notRight: Readonly<Record<HostFacts['checkout'], Failure | undefined>> = {
    ok: undefined,
    unknown: failure('not-a-checkout', `${inputs.appDir} could not be looked at`, `Look at it on ${host}: git -C ${inputs.appDir} status`),
    missing: failure('not-a-checkout', `there is no folder ${inputs.appDir}`, `Correct the input "app-dir", or take ${host} out of the input "hosts".`),
    'no-repository': failure('not-a-checkout', `${inputs.appDir} is no git checkout`, 'Correct the input "app-dir": the git method takes a checkout back.', facts.checkoutError),
    'not-the-top': failure('not-a-checkout', `${inputs.appDir} lies inside a checkout but is not its top`, 'Give the top of the checkout as "app-dir".'),
    'read-only': failure('no-rights', `${user} may not write to the checkout ${inputs.appDir}, which belongs to ${facts.checkoutError}`,
      `Let the SSH user be its owner, or give it write access: sudo chown -R ${user} ${inputs.appDir}`),
  };
  const whole = facts.checkout === 'ok' && facts.head === ''
    ? failure('not-a-checkout', `${inputs.appDir} has no commit checked out`, `Look at it on ${host}: git -C ${inputs.appDir} log -1`)
    : notRight[facts.checkout];
  const lock = facts.indexLock;
  return [
    ...(whole === undefined ? [] : [whole]),
    ...(lock !== undefined && (lock.held || lock.ageSeconds <= staleLockSeconds)
      ? [failure('locked', `another git works in ${inputs.appDir} (its index.lock is ${lock.ageSeconds} s old)`,
          `Wait for it to end; if none runs, remove ${inputs.appDir}/.git/index.lock on ${host} (one older than 10 minutes is removed by itself).`)]
      : []),
    ...facts.dirty.filter((line) => inputs.dirty !== undefined && /^[12u] \S+ S.M/.test(line)).map((line) =>
      failure('dirty-checkout', `the submodule ${pathOf(line)} has local changes, which would be lost`, `Commit or remove them: git -C ${inputs.appDir}/${pathOf(line)} status`)),
    ...(facts.dirty.length > 0 && inputs.dirty === 'refuse'
      ? [failure('dirty-checkout', `the checkout has local changes (${facts.dirty.length} ${facts.dirty.length === 1 ? 'file' : 'files'}), and "dirty" is \`refuse\``,
          'Commit or remove them, or set "dirty" to `save`: they are then kept in a ref and a patch.', facts.dirty.slice(0, 5).map(pathOf).join(', '))]
      : []),
  ];
}

/** Things to tell that do not stop the run. */
export function noteHost(facts: HostFacts): readonly string[] {
  return [
    ...noteClockAndLogin(facts),
    ...(facts.indexLock !== undefined ? [`an index.lock of ${facts.indexLock.ageSeconds} s that no git holds is removed.`] : []),
    ...(facts.unfinished !== undefined ? [`the rollback ${facts.unfinished.run} of ${facts.unfinished.actor} was interrupted before it ended; this run takes up from there.`] : []),
  ];
}

/** Of these, what is worth knowing whatever is done there. */
export function noteClockAndLogin({ clockAhead, killsUserProcesses, user }: HostFacts): readonly string[] {
  return [
    ...(Math.abs(clockAhead) > 5 ? [`the clock is ${Math.abs(clockAhead)} s ${clockAhead > 0 ? 'ahead of' : 'behind'} the runner's.`] : []),
    ...(killsUserProcesses ? [`logind has KillUserProcesses=yes, so a step in flight ends with a lost connection and is run again; \`loginctl enable-linger ${user}\` avoids that.`] : []),
  ];
}

function judgeDisks(facts: HostFacts): readonly { purpose: string; path: string; freeBytes: number; needed: number }[] {
  return facts.disks
    .map((disk) => ({ ...disk, needed: reserveBytes + (disk.purpose === 'checkout' ? facts.checkoutBytes / 5 : disk.purpose === 'backups' ? facts.checkoutBytes * 1.2 : 0) }))
    .filter(({ freeBytes, needed }) => freeBytes < needed);
}

/** The path in a line of `git status --porcelain=v2`. */
export function pathOf(line: string): string {
  const fields = line.split(' ');
  const before: Readonly<Record<string, number>> = { 1: 8, 2: 9, u: 10 };
  return fields.slice(before[fields[0] ?? ''] ?? 1).join(' ').split('\t')[0] ?? line;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

/** A command as sudoers wants it: with an absolute path. */
function sudoersPath(command: string): string {
  return command.startsWith('systemctl ') ? `/usr/bin/${command}` : `/usr/sbin/${command}`;
}
