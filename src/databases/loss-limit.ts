/**
 * sh for a job: fails when it has told more lost rows (facts `lost`, `<rows> <table>`) than may leave live use; its last line names the tables.
 */
export function lossLimit(limit: 'any' | number): string {
  return limit === 'any' ? '' : `lost=$(sed -n 's/^lost=//p' facts)
lost_rows=$(printf '%s\\n' "$lost" | awk '{ sum += $1 } END { print sum + 0 }')
if [ "$lost_rows" -gt ${limit} ]; then
  in_tables=$(printf '%s\\n' "$lost" | sort -rn | awk '{ rows = $1; sub(/^[0-9]+ /, ""); printf "%s%s in %s", parted, rows, $0; parted = ", " }')
  echo "$lost_rows rows would leave live use ($in_tables), and max-data-loss-rows is ${limit}" >&2
  exit 1
fi
`;
}
