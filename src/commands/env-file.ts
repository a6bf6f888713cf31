/** The one value in an env file that a restore changes: the address of the database. Every other byte stays. Scripts follow `repository()`. */
import { valueOf } from './environment.ts';
import { quote, words } from './quote.ts';

/** Where the data is after a cut-over; what is absent stays as it is. */
export type Repointed = { readonly database?: string; readonly address?: string };

/** Reads an address on standard input: with `-v part=place` what stands between the login and the path, with `-v part=database` the database's name as it is written. */
const parts = String.raw`
{ url = url (NR > 1 ? "\n" : "") $0 }
END {
  if (!match(url, /^[a-z0-9+]+:\/\//)) exit 4
  rest = substr(url, RLENGTH + 1)
  authority = rest; sub(/[\/?].*$/, "", authority)
  if (index(authority, "@") == 0 && index(rest, "@") > 0) authority = substr(rest, 1, index(rest, "@"))
  at = 0; for (i = 1; i <= length(authority); i++) if (substr(authority, i, 1) == "@") at = i
  if (at) rest = substr(rest, at + 1)
  place = rest; sub(/[\/?].*$/, "", place); rest = substr(rest, length(place) + 2)
  name = rest; sub(/[?].*$/, "", name)
  if (part == "place") print (at ? "@" : "://") place; else print name
}`;

/** Defines `$env_file` (the file itself, not a link to it), `$env_key`, `url_part`, and `lines_with_key`, the numbers of the lines that set it. */
function prelude(file: string, key: string): string {
  return `env_file=$(readlink -f -- ${quote(file)}) || env_file=${quote(file)}
env_key=${quote(key)}
url_part() { printf '%s\\n' "$2" | awk -v part="$1" ${quote(parts)} || { echo "$env_key in $env_file is no address of a database" >&2; return 1; }; }
lines_with_key() { awk -v key="$env_key" '{ line = $0; sub(/^[ \\t]*(export[ \\t]+)?/, "", line); if (index(line, key) == 1 && substr(line, length(key) + 1) ~ /^[ \\t]*=/) print NR }' "$env_file"; }
`;
}

/**
 * Read only. Facts: `env-database`, the database's name in the address; `env-trouble` with each reason why the address could not be changed;
 * `as-found`, the file as it is.
 */
export function askEnvFile(file: string, key: string): string {
  return `${prelude(file, key)}(
if [ "$(lines_with_key | wc -l)" != 1 ]; then fact env-trouble "${key} is set on $(lines_with_key | wc -l) lines of it, and it must be one"; fi
[ -w "$env_file" ] && [ -w "\${env_file%/*}" ] || fact env-trouble 'the SSH user may not write to it and to its folder'
if repo ls-files --error-unmatch -- "$env_file" >/dev/null 2>&1; then fact env-trouble 'it is part of the release, so that a checkout would change the address back'; fi
old_url=$(${valueOf(file, key)}) || exit 1
fact env-database "$(url_part database "$old_url")"
)
`;
}

/** Fact `as-found`: the file as it is, by its hash, mode and owner. */
export function envFileAsFound(file: string): string {
  return `fact as-found ${quote(file)}" $(sha256sum < ${quote(file)} | cut -c 1-64) $(stat -Lc '%a %U:%G' -- ${quote(file)})"
`;
}

/**
 * Changes the place and the database in the address, and nothing else, in one step: the file is there whole at every moment. How it was is kept in
 * `$found` once. Does nothing where the address is the new one already.
 */
export function repoint(file: string, key: string, to: Repointed): string {
  return `${prelude(file, key)}new_database=${quote(to.database ?? '')} new_address=${quote(to.address ?? '')}
address_in_file() {
${valueOf(file, key)}
}
old_url=$(address_in_file) || exit 1
place=$(url_part place "$old_url"); old_database=$(url_part database "$old_url")
before=\${place%%[!:/@]*}; host=\${place#"$before"}
port=; case $host in \\[*\\]:* | [!\\[]*:*) port=:\${host##*:} ;; esac
new_place=$place; [ -z "$new_address" ] || new_place=$before$new_address$port
old_part=$place/$old_database new_part=$new_place/\${new_database:-$old_database}
if [ "$old_part" != "$new_part" ]; then
  line=$(lines_with_key)
  case $line in '' | *[!0-9]*) echo "$env_key must be set on exactly one line of $env_file" >&2; exit 1 ;; esac
  if [ ! -f "$found/env-file" ]; then cp -p "$env_file" "$found/env-file.new"; mv "$found/env-file.new" "$found/env-file"; fi
  for_sed() { printf '%s' "$1" | sed 's/[][\\\\/.^$*&]/\\\\&/g'; }
  changed=$env_file.rollback-$$
  trap 'rm -f "$changed"' EXIT
  cp -p "$env_file" "$changed"
  sed "\${line}s/$(for_sed "$old_part")/$(for_sed "$new_part")/" "$env_file" > "$changed"
  prefix=\${old_url%%"$old_part"*}; suffix=\${old_url#*"$old_part"}
  written=$(${valueOf(file, key, '"$changed"')}) || exit 1
  [ "$written" = "$prefix$new_part$suffix" ] || { echo "the address in $env_file could not be changed: it is written in a form that is not known" >&2; exit 1; }
  sync "$changed" 2>/dev/null || :
  mv -f "$changed" "$env_file"
  trap - EXIT
fi
fact repointed ${words(`${key} in ${file}`)}
`;
}

/** The undo of `repoint`: the file as it was, to the byte. */
export function repointBack(file: string): string {
  return `env_file=$(readlink -f -- ${quote(file)}) || env_file=${quote(file)}
if [ -f "$found/env-file" ]; then
  cp -p "$found/env-file" "$env_file.rollback-$$"
  mv -f "$env_file.rollback-$$" "$env_file"
fi
`;
}
