/** The whole configuration, where the user may not run `nginx -T`: read file by file, in the form in which `nginx -T` prints it. */

/**
 * sh: `read_whole CONF` prints `# configuration file PATH:` and the file, for nginx.conf and all that it includes. Names with blanks in them, which nginx
 * would have in quotes, are not followed.
 */
export const includeFunctions = `included_in() {
  awk '{ sub(/^[ \\t]*#.*/, ""); sub(/[ \\t]#.*/, "") }
    { line = $0; while (match(line, /(^|[;{} \\t])include[ \\t]+[^;{}]+;/)) { one = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
      sub(/^[;{} \\t]*include[ \\t]+/, "", one); sub(/[ \\t]*;$/, "", one); gsub(/["'\\'']/, "", one); print one } }' "$1"
}
read_whole() (
  prefix=\${1%/*} seen=' '
  read_one() {
    case $seen in *" $1 "*) return 0 ;; esac
    seen="$seen$1 "
    if [ ! -f "$1" ]; then return 0; fi
    printf '# configuration file %s:\\n' "$1"
    cat "$1" 2>/dev/null || as_root cat "$1" 2>/dev/null || return 0
    printf '\\n'
    for include in $(set -f; included_in "$1" 2>/dev/null); do
      case $include in /*) ;; *) include=$prefix/$include ;; esac
      for include_file in $include; do waiting="$waiting $include_file"; done
    done
  }
  waiting=$1
  while [ -n "$waiting" ]; do
    set -f
    set -- $waiting
    set +f
    next=$1
    shift
    waiting=$*
    read_one "$next"
  done
)
`;
