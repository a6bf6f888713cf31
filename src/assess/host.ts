/** What is asked of every host before anything is touched, and how its answer reads. Read only. */
import { checkoutFacts, isSha, repository } from '../commands/git.ts';
import { readBegunRun, readEndedRun, stateFolder, type BegunRun, type EndedRun } from '../hosts/history.ts';
import { quote } from '../commands/quote.ts';
import { configurationFacts, rightsFacts, rootCommands, unitFacts } from '../commands/systemd.ts';
import type { Inputs } from '../inputs.ts';
import type { Facts } from '../ports.ts';

/** What a host does in this rollback. */
export type Role = { readonly app: boolean; readonly database: boolean };

export type UnitFacts = { readonly unit: string; readonly known: boolean; readonly active: string };

export type Disk = { readonly purpose: string; readonly path: string; readonly freeBytes: number };

export type HostFacts = {
  readonly host: string;
  readonly role: Role;
  readonly user: string;
  /** Seconds by which the host's clock is ahead of the runner's. */
  readonly clockAhead: number;
  readonly missingTools: readonly string[];
  readonly killsUserProcesses: boolean;
  readonly checkout: 'ok' | 'missing' | 'no-repository' | 'not-the-top' | 'read-only' | 'unknown';
  readonly checkoutError: string;
  readonly head: string;
  readonly branch: string;
  /** Changed tracked files, as `git status --porcelain=v2` prints them. */
  readonly dirty: readonly string[];
  readonly statusHash: string;
  readonly shallow: boolean;
  readonly submodules: boolean;
  readonly indexLock?: { readonly ageSeconds: number; readonly held: boolean };
  readonly units: readonly UnitFacts[];
  readonly missingRights: readonly string[];
  readonly configurationErrors: readonly string[];
  readonly disks: readonly Disk[];
  readonly checkoutBytes: number;
  readonly missingFiles: readonly string[];
  readonly backupDir: 'ok' | 'can-be-made' | 'no-rights' | 'none';
  readonly releases: readonly EndedRun[];
  /** A run that was interrupted here and not taken up since. */
  readonly unfinished?: BegunRun;
  /** What that run found, by the file it wrote it to: `checkout`, `database`. */
  readonly recorded: Readonly<Record<'checkout' | 'database', readonly string[]>>;
};

const tools = ['git', 'flock', 'setsid', 'timeout', 'sha256sum', 'tar', 'gzip', 'mktemp', 'awk', 'sed', 'comm', 'stat', 'df'];

/** What the question depends on; what is absent is not asked for. */
export type HostInputs = Pick<Inputs, 'appDir' | 'environment' | 'backup' | 'backupDir' | 'envFile'>
  & Partial<Pick<Inputs, 'method' | 'services' | 'reload' | 'virtualenv' | 'migrationsDir'>>;

export function hostQuestion(inputs: HostInputs, role: Role): string {
  const { services = [], reload = [] } = role.app ? inputs : {};
  const units = [...services, ...reload];
  const backups = inputs.backup.includes('app') || (role.database && inputs.backup.includes('database'));
  const rights = rootCommands(services, reload, inputs.method === 'database');
  return `${repository(inputs.appDir)}
fact time "$(date +%s)"
fact user "$(id -un)"
for tool in ${(units.length > 0 ? [...tools, 'systemctl'] : tools).join(' ')}; do command -v "$tool" >/dev/null 2>&1 || fact missing-tool "$tool"; done
if command -v systemd-analyze >/dev/null 2>&1; then
  systemd-analyze cat-config systemd/logind.conf 2>/dev/null | grep -qi '^KillUserProcesses=yes' && fact kills-user-processes yes
fi
${checkoutFacts}
${unitFacts(units)}
${rightsFacts(rights)}
${role.app ? configurationFacts(reload) : ''}
nearest() { path=$1; while [ ! -d "$path" ]; do path=\${path%/*}; [ -n "$path" ] || path=/; done; printf '%s' "$path"; }
free() { fact disk "$1 $(df -Pk "$(nearest "$2")" | awk 'NR == 2 { print $4 * 1024 }') $2"; }
free checkout "$app"
free journal "\${XDG_STATE_HOME:-$HOME/.local/state}"
fact checkout-bytes "$(( $(du -sk --exclude=.git "$app" 2>/dev/null | cut -f 1) * 1024 ))"
${backups ? backupDirFacts(inputs.backupDir) : ''}
${fileFacts(inputs, role)}
releases=${stateFolder(inputs.environment)}/releases
if [ -f "$releases" ]; then tail -n 200 "$releases" | facts release; fi
`;
}

function backupDirFacts(folder: string): string {
  return `backup_dir=${quote(folder)}
free backups "$backup_dir"
if [ -d "$backup_dir" ] && [ -w "$backup_dir" ]; then fact backup-dir ok
elif [ ! -e "$backup_dir" ] && [ -w "$(nearest "$backup_dir")" ]; then fact backup-dir can-be-made
elif [ "$(id -u)" = 0 ] || sudo -n -l install -d -o "$(id -un)" -g "$(id -gn)" -m 0700 "$backup_dir" >/dev/null 2>&1; then fact backup-dir can-be-made
else fact backup-dir no-rights; fi
`;
}

function fileFacts(inputs: HostInputs, role: Role): string {
  const { envFile, virtualenv, migrationsDir } = inputs;
  const files = [envFile, virtualenv, ...(role.database ? [migrationsDir] : [])].filter((file) => file !== undefined);
  return files.map((file) => `[ -r ${quote(file)} ] || fact missing-file ${quote(file)}\n`).join('');
}

export function readHostFacts(host: string, role: Role, facts: Facts, runnerSeconds: number): HostFacts {
  const all = (name: string): readonly string[] => facts.get(name) ?? [];
  const one = (name: string): string => all(name)[0] ?? '';
  const unfinished = unfinishedOf(one('unfinished'), one('head'));
  const lockAge = one('index-lock');
  return {
    host,
    role,
    user: one('user'),
    clockAhead: Number(one('time')) - runnerSeconds,
    missingTools: all('missing-tool'),
    killsUserProcesses: one('kills-user-processes') === 'yes',
    checkout: oneOf(one('checkout'), ['ok', 'missing', 'no-repository', 'not-the-top', 'read-only']) ?? 'unknown',
    checkoutError: one('checkout-error') || one('checkout-owner'),
    head: all('head').find(isSha) ?? '',
    branch: one('branch'),
    dirty: all('dirty'),
    statusHash: one('status-hash'),
    shallow: one('shallow') === 'yes',
    submodules: one('submodules') === 'yes',
    ...(lockAge === '' ? {} : { indexLock: { ageSeconds: Number(lockAge), held: one('index-lock-held') === 'yes' } }),
    units: all('unit').map((line) => {
      const [unit = '', load, active = ''] = line.split(' ');
      return { unit, known: load === 'loaded', active };
    }),
    missingRights: all('no-right'),
    configurationErrors: all('configuration-invalid'),
    disks: all('disk').map((line) => {
      const [purpose = '', free, ...path] = line.split(' ');
      return { purpose, freeBytes: Number(free), path: path.join(' ') };
    }),
    checkoutBytes: Number(one('checkout-bytes')),
    missingFiles: all('missing-file'),
    backupDir: oneOf(one('backup-dir'), ['ok', 'can-be-made', 'no-rights']) ?? 'none',
    releases: all('release').map(readEndedRun).filter((ended) => ended !== undefined).filter(({ from, to }) => isSha(from) && isSha(to)),
    ...(unfinished === undefined ? {} : { unfinished }),
    recorded: unfinished === undefined ? { checkout: [], database: [] } : { checkout: all('recorded-checkout'), database: all('recorded-database') },
  };
}

function oneOf<const T extends string>(value: string, allowed: readonly T[]): T | undefined {
  return allowed.find((each) => each === value);
}

/** What an unfinished run left counts only while the checkout is on one of its two releases: otherwise somebody has deployed since. */
function unfinishedOf(line: string, head: string): BegunRun | undefined {
  const begun = readBegunRun(line);
  return begun !== undefined && /^[A-Za-z0-9.-]+$/.test(begun.run) && isSha(begun.from) && isSha(begun.to) && (head === begun.from || head === begun.to) ? begun : undefined;
}
