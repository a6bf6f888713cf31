/**
 * What every script finds: a plain environment in which questions write nothing, `$secret`, and
 * - `secret_line N`      its lines, one by one: the `database-url` first, then the `database-admin-url`
 * - `fact NAME VALUE…`   tells the runner one fact; control characters become blanks
 * - `facts NAME`         one fact for each line of its standard input
 * - `$login_umask`       the host's own; what is written is private (077) unless a script says `umask "$login_umask"`, as one must that
 *                        writes files which the service reads
 * - `as_root CMD…`       as it is for root, else through `sudo -n`
 * - `say TEXT…`          tells a person
 * Facts go to file descriptor 3.
 */
export const prelude = `unset CDPATH ENV BASH_ENV TMOUT secret
LC_ALL=C GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0 PYTHONDONTWRITEBYTECODE=1 PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL GIT_OPTIONAL_LOCKS GIT_TERMINAL_PROMPT PYTHONDONTWRITEBYTECODE PATH
login_umask=\${login_umask:-$(umask)}
umask 077
set +C
secret_line() { printf '%s\\n' "$secret" | sed -n "$1p"; }
say() { printf '%s\\n' "$*"; }
fact() {
  fact_name=$1
  shift
  case "$*" in
    *[[:cntrl:]]*) printf '%s=%s\\n' "$fact_name" "$(printf '%s' "$*" | tr '\\001-\\037\\177' '[ *]')" >&3 ;;
    *) printf '%s=%s\\n' "$fact_name" "$*" >&3 ;;
  esac
}
facts() { while IFS= read -r facts_line || [ -n "$facts_line" ]; do fact "$1" "$facts_line"; done; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n -- "$@"; fi; }
`;
