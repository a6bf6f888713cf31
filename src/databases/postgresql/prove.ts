/** What can be known of a dump that we did not make. */
import { readDump } from './dump.ts';

/**
 * Defines `dump_kind FILE`, which prints `custom`, `tar` or `plain`, with ` gz` behind it where it is compressed, or `unknown`; and `dump_text FILE`, the file without
 * that compression.
 */
export const dumpKind = `dump_text() { case $(dump_magic < "$1") in 1f8b*) gzip -dc "$1" ;; *) cat "$1" ;; esac; }
dump_magic() { od -An -v -N 5 -tx1 | tr -d ' \\n'; }
dump_kind() {
  compressed=; case $(dump_magic < "$1") in 1f8b*) compressed=' gz' ;; esac
  case $(dump_text "$1" 2>/dev/null | dump_magic) in
    5047444d50) echo "custom$compressed"; return ;;
  esac
  if [ "$(dump_text "$1" 2>/dev/null | dd bs=1 skip=257 count=5 2>/dev/null)" = ustar ]; then echo "tar$compressed"; return; fi
  if dump_text "$1" 2>/dev/null | head -n 5 | grep -q '^-- PostgreSQL database dump'; then echo "plain$compressed"; return; fi
  echo "unknown$compressed"
}
# What pg_restore reads by name: the file, or what is in it where it is compressed from outside.
dump_unpacked() {
  case $(dump_kind "$1") in
    *gz) unpacked=$1.unpacked; gzip -dc "$1" > "$unpacked" || { rm -f "$unpacked"; return 1; } ;;
    *) unpacked=$1 ;;
  esac
}
`;

/** See `Beside.proveForeign`. */
export const proveForeign = `${readDump}${dumpKind}damaged() { fact backup-damaged "$*"; }
first_lines=$(dump_text "$file" 2>/dev/null | head -n 20 | tr -d '\\000') || first_lines=
kind=$(dump_kind "$file")
case $kind in *gz) gzip -t "$file" 2>/dev/null || { damaged 'it is cut short or damaged: gzip cannot read it to its end'; kind=done; } ;; esac
server_now=$(server_version "$database" '') || exit 1
case $kind in
  done) ;;
  unknown*)
    case $first_lines in
      *'MySQL dump'*|*'MariaDB dump'*|*'enable the sandbox mode'*) damaged 'it is a dump of MariaDB or MySQL, and the database is PostgreSQL' ;;
      *'PostgreSQL database cluster dump'*) damaged 'it is a dump of a whole cluster (pg_dumpall), which would also change other databases: dump the one database with pg_dump -Fc' ;;
      *) damaged "it is no dump of PostgreSQL's: neither pg_dump's custom nor its tar format nor its SQL" ;;
    esac ;;
  plain*)
    [ -n "$psql_restricts" ] || damaged "psql on this host is too old to be given SQL of others safely (it has no \\\\restrict): bring it up to date, or dump with pg_dump -Fc"
    [ "$(dump_text "$file" | tail -n 20 | grep -c '^-- PostgreSQL database dump complete')" = 1 ] || damaged 'it is cut short: its last line, "PostgreSQL database dump complete", is missing'
    if dump_text "$file" | head -n 400 | grep -qE '^(\\\\connect|CREATE DATABASE|DROP DATABASE) '; then damaged 'it makes a database by itself (pg_dump --create): dump without that, or with pg_dump -Fc'; fi
    dumped_from=$(printf '%s\\n' "$first_lines" | sed -n 's/^-- Dumped from database version \\([0-9.]*\\).*/\\1/p' | head -n 1)
    dumped_by=$(printf '%s\\n' "$first_lines" | sed -n 's/^-- Dumped by pg_dump version \\([0-9.]*\\).*/\\1/p' | head -n 1)
    fact backup-note 'plain SQL is restored one statement after the other, not in parallel' ;;
  *)
    if ! dump_unpacked "$file"; then damaged 'it cannot be unpacked'
    else
      if ! header=$(pg_read --list "$unpacked" 2>&1); then
        case $header in
          *'unsupported version'*) damaged "pg_restore on this host is older than the pg_dump that made it: $(printf '%s\\n' "$header" | tail -n 1)" ;;
          *) damaged "pg_restore cannot read it: $(printf '%s\\n' "$header" | tail -n 1)" ;;
        esac
      elif ! said=$( { dump_contents "$unpacked" > /dev/null; } 2>&1 ); then damaged "it is cut short or damaged: $(printf '%s\\n' "\${said:-pg_restore cannot read it to its end}" | tail -n 1)"
      fi
      dumped_from=$(printf '%s\\n' "$header" | sed -n 's/^; *Dumped from database version: \\([0-9.]*\\).*/\\1/p')
      dumped_by=$(printf '%s\\n' "$header" | sed -n 's/^; *Dumped by pg_dump version: \\([0-9.]*\\).*/\\1/p')
      dumped_name=$(printf '%s\\n' "$header" | sed -n 's/^; *dbname: //p')
      [ -z "$dumped_name" ] || fact backup-database "$dumped_name"
      [ "$unpacked" = "$file" ] || rm -f "$unpacked"
    fi ;;
esac
if [ -n "\${dumped_from-}" ]; then
  fact backup-server "PostgreSQL $dumped_from"
  if [ "\${dumped_from%%.*}" -gt "$server_now" ]; then damaged "it was dumped from PostgreSQL $dumped_from, and the server is of version $server_now"; fi
fi
if [ -n "\${dumped_by-}" ] && [ "\${dumped_by%%.*}" -gt "$server_now" ]; then fact backup-note "it was made by pg_dump $dumped_by, newer than the server of version $server_now"; fi
`;
