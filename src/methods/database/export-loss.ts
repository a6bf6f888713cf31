import { quote } from '../../commands/quote.ts';
import { lossLimit } from '../../databases/loss-limit.ts';
import type { Inputs } from '../../inputs.ts';

/**
 * sh for a job on the database host, when nobody writes any more: counts what leaves live use and keeps it in a file, once; a run that takes this one
 * up tells what was counted then, for the restored data may be in use since. Facts as of every backup, of the kind `lost-rows`, where there is a file.
 * @param lost sh with facts `lost`, which writes the file
 */
export function exportLoss(lost: string, file: string, limit: Inputs['maxDataLossRows']): string {
  return `lost_file=${quote(file)}
if [ -e "$found/lost" ]; then cat "$found/lost" >&3
else
umask 077
[ -d "\${lost_file%/*}" ] || mkdir -p -m 0700 "\${lost_file%/*}" 2>/dev/null || as_root install -d -o "$(id -un)" -g "$(id -gn)" -m 0700 "\${lost_file%/*}"
${lost}if [ -s "$lost_file" ] && grep -q '^lost=' facts; then
  fact backup lost-rows; fact location "$lost_file"; fact bytes "$(stat -c %s "$lost_file")"; fact sha256 "$(sha256sum < "$lost_file" | cut -c 1-64)"
fi
${lossLimit(limit)}cp facts "$found/lost.new"; mv "$found/lost.new" "$found/lost"
fi
`;
}
