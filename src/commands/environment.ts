/** The application's own environment, as its env file on the host gives it: read as data, never run. */
import { quote } from './quote.ts';

/**
 * Reads an env file from standard input: systemd's `EnvironmentFile` and dotenv lines, an optional `export`, quotes, comments, values of
 * several lines. With `-v want=KEY` it prints that key's value (the last one counts), without it one `export KEY='value'` a line.
 * Nothing is expanded. Where the two formats differ, a backslash means what systemd says and ` # …` after a bare value is a comment.
 */
const envFile = String.raw`
function exported(value,   count, parts, i, text) {
  count = split(value, parts, "\047"); text = parts[1]
  for (i = 2; i <= count; i++) text = text "\047\\\047\047" parts[i]
  return "\047" text "\047"
}
{ sub(/\r$/, ""); text = text $0 "\n" }
END {
  while (text != "") {
    if (!match(text, /^[ \t]*(export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*=[ \t]*/)) { text = substr(text, index(text, "\n") + 1); continue }
    key = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1)
    sub(/^[ \t]*(export[ \t]+)?/, "", key); sub(/[ \t]*=[ \t]*$/, "", key)
    value = ""
    while (match(text, /^"([^"\\]|\\.|\\\n)*"/) || match(text, /^\047[^\047]*\047/)) {
      part = substr(text, 2, RLENGTH - 2); double = substr(text, 1, 1) == "\""; text = substr(text, RLENGTH + 1)
      if (!double) { value = value part; continue }
      while ((at = index(part, "\\")) > 0) {
        next_one = substr(part, at + 1, 1); value = value substr(part, 1, at - 1)
        if (index("\"\\$" sprintf("%c", 96), next_one) > 0) value = value next_one
        else if (next_one != "\n") value = value "\\" next_one
        part = substr(part, at + 2)
      }
      value = value part
    }
    bare = substr(text, 1, index(text, "\n") - 1); text = substr(text, index(text, "\n") + 1)
    if (bare ~ /^#/ && value == "") bare = ""
    sub(/[ \t]+#.*$/, "", bare); sub(/[ \t]+$/, "", bare)
    while ((at = index(bare, "\\")) > 0) { value = value substr(bare, 1, at - 1) substr(bare, at + 1, 1); bare = substr(bare, at + 2) }
    values[key] = value bare
    if (!(key in seen)) { seen[key] = 1; keys[++count] = key }
  }
  if (want != "") { if (want in values) print values[want]; else exit 3; exit }
  for (i = 1; i <= count; i++) if (keys[i] !~ /^(UID|EUID|PPID|BASHOPTS|BASH_VERSINFO|SHELLOPTS)$/) print "export " keys[i] "=" exported(values[keys[i]])
}`;

/** sh that keeps the file in `$env_text`, read as root where only root may. */
function read(file: string, word = quote(file)): string {
  return `env_text=$(cat ${word} 2>/dev/null) || env_text=$(as_root cat ${word}) || { echo ${quote(`${file} cannot be read`)} >&2; exit 1; }`;
}

/**
 * sh that prints the value of one key; fails, naming file and key, when it is not there.
 * @param word the file as a word of the script, where it is not `file` itself that is read
 */
export function valueOf(file: string, key: string, word = quote(file)): string {
  return `${read(file, word)}
printf '%s\\n' "$env_text" | awk -v want=${quote(key)} ${quote(envFile)} || { echo ${quote(`${file} has no ${key}`)} >&2; exit 1; }`;
}

/** Where a process that works on the database finds its credentials. */
export type DatabaseSource =
  /** The `database-url` input: handed over on a pipe, the first line of `$secret` in the script. */
  | { readonly kind: 'secret'; readonly exportAs?: string }
  /** A file on the host, absolute, and the key in it. */
  | { readonly kind: 'env-file'; readonly file: string; readonly key: string };

/**
 * sh that exports what the application's own process is given; only ever in a subshell, around the user's commands: `( … ; exec alembic )`.
 * @param source `secret` exports the URL under `exportAs` (`DATABASE_URL`), in the environment of that one process.
 */
export function environmentOf(source: DatabaseSource | undefined, file?: string): string {
  const exports: string[] = [];
  const envFilePath = source?.kind === 'env-file' ? source.file : file;
  if (envFilePath !== undefined) {
    exports.push(read(envFilePath), `env_text=$(printf '%s\\n' "$env_text" | awk ${quote(envFile)})`, 'eval "$env_text"', 'unset env_text');
  }
  if (source?.kind === 'secret') exports.push(`export ${source.exportAs ?? 'DATABASE_URL'}="$(secret_line 1)"`);
  return exports.map((line) => `${line}\n`).join('');
}
