/** What the SSH user has to be allowed on a load balancer, and in which way it may write the file. */
import { mayFunction } from '../systemd.ts';
import { quote, words } from '../quote.ts';
import { beside, helper, type TrafficPlace, type Way } from './place.ts';
import { writingCommands } from './write.ts';

/** The commands that test the configuration and bring it into force; `-T` shows the part of it that the user may not read. */
function commonCommands(unit: string): readonly (readonly string[])[] {
  return [['nginx', '-t'], ['nginx', '-T'], unit === '' ? ['nginx', '-s', 'reload'] : ['systemctl', 'reload', unit]];
}

function helperCommand({ file, upstream }: Pick<TrafficPlace, 'file' | 'upstream'>): readonly string[] {
  return [helper, file, upstream];
}

/** Where Debian and its kin have them; a host that has one elsewhere is told its own. */
const folders: Readonly<Record<string, string>> = { nginx: '/usr/sbin', systemctl: '/usr/bin' };

function spelled([program = '', ...rest]: readonly string[]): string {
  const path = program.startsWith('/') ? program : `${folders[program] ?? '/usr/bin'}/${program}`;
  // What sudoers reads as its own signs.
  return [path, ...rest.map((word) => word.replaceAll(/[\\,:=]/g, '\\$&'))].join(' ');
}

/** The lines of sudoers for a user and a way, word for word. Root needs none. */
export function sudoersFor(place: Pick<TrafficPlace, 'file' | 'upstream'>, user: string, way: Way, unit = 'nginx.service'): readonly string[] {
  const line = (...commands: readonly (readonly string[])[]): string => `${user} ALL=(root:root) NOPASSWD: ${commands.map(spelled).join(', ')}`;
  const common = commonCommands(unit);
  switch (way) {
    case 'root': return [];
    case 'direct': return common.filter((command) => !command.includes('-T')).map((command) => line(command));
    case 'helper': return [line(helperCommand(place), ...common)];
    case 'sudo': return [...common, ...writingCommands(place.file, beside(place.file))].map((command) => line(command));
  }
}

/**
 * sh, after the functions of place.ts and with `$unit`. Facts: `nginx-way`; `no-right` per missing command, as sudoers has to have it; `nginx-read-only`, a
 * folder in which even root may write nothing. Sets `$way`, and `$may_test` to `yes` where `nginx -t` may be run.
 */
export function rightsFacts({ upstream }: Pick<TrafficPlace, 'upstream'>, unit: string): string {
  const check = (command: readonly string[]): string => {
    const [program = '', ...rest] = command;
    const shown = program.startsWith('/') ? quote(spelled(command)) : `"$(place_of ${quote(spelled([program]))})"${rest.map((word) => ` ${isKnownThere(word) ? `"$(escaped ${shellWord(word)})"` : shellWord(word)}`).join('')}`;
    return `need ${program.startsWith('/') ? words(program) : program}${rest.map((word) => ` ${shellWord(word)}`).join('')} || fact no-right ${shown}\n`;
  };
  const [test = [], dump = [], reload = []] = commonCommands(unit);
  const [, , signal = []] = commonCommands('');
  return `${mayFunction}
place_of() { if [ -x "$1" ]; then printf '%s' "$1"; else command -v "\${1##*/}" || printf '%s' "$1"; fi; }
escaped() { printf '%s' "$1" | sed 's/[\\\\,:=]/\\\\&/g'; }
folder=\${file%/*}
need() { [ "$way" = root ] || may "$@"; }
is_own() { [ -w "$folder" ] && [ -w "$file" ] && [ "$(stat -c %u "$file")" = "$(id -u)" ] && case " $(id -G) " in *" $(stat -c %g "$file") "*) true ;; *) false ;; esac; }
way=sudo
if [ "$(id -u)" = 0 ]; then way=root
elif is_own; then way=direct
elif [ -x ${helper} ] && may ${helper} "$file" ${quote(upstream)}; then way=helper
fi
fact nginx-way "$way"
if need ${words(...test)}; then may_test=yes; else may_test=no; fi
${check(test)}if [ "$way" != direct ]; then
  ${check(dump)}fi
if [ -n "$unit" ]; then ${check(reload)}else ${check(signal)}fi
if [ "$way" = sudo ]; then
${writingCommands('$file', '$beside').map((command) => `  ${check(command)}`).join('')}  if [ ! -r "$file" ]; then
    ${check(['cat', '$file'])}  fi
fi
mount_options() {
  awk -v path="$folder" '{ gsub(/\\\\040/, " ", $2); at = $2 == "/" ? "" : $2
    if ((path == $2 || substr(path, 1, length(at) + 1) == at "/") && length(at) >= longest) { longest = length(at); options = $4 } } END { print options }' /proc/self/mounts
}
case ",$(mount_options)," in *,ro,*) fact nginx-read-only "$folder" ;; esac
`;
}

/** The two names that the host knows better than the runner: what lies behind a link. */
function isKnownThere(word: string): boolean {
  return word === '$file' || word === '$beside';
}

function shellWord(word: string): string {
  return isKnownThere(word) ? `"${word}"` : quote(word);
}
