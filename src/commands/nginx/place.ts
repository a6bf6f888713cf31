/** The file on a load balancer that a run changes, and where that host keeps what the run needs of it. */
import { folderName } from '../../hosts/run-folder.ts';
import { quote } from '../quote.ts';

export type TrafficPlace = {
  readonly environment: string;
  /** Absolute path on the load balancers. */
  readonly file: string;
  readonly upstream: string;
};

/**
 * How the SSH user gets the file written: as `root`; `direct`ly, because file and folder are its own; by the `helper` that root owns; by the exact
 * lines of `sudo`.
 */
export const ways = ['root', 'direct', 'helper', 'sudo'] as const;
export type Way = (typeof ways)[number];

/** The helper that a host may have: examples/rollback-nginx-apply. */
export const helper = '/usr/local/sbin/rollback-nginx-apply';

/** What is written beside the file. It must not end in `.conf`: `include *.conf` would read it. */
export const beside = (file: string): string => `${file}.rollback-new`;

/**
 * sh: `$file` (behind links, so that those stay), `$beside`, `$upstream` and `$kept`, the folder of what is kept, which need not exist; and
 * - `read_config`      prints the file; by sudo, where the user may not read it
 * - `hash_now`         its SHA-256; nothing where it cannot be read
 * - `attributes_now`   its mode and owner: `640 0:4`
 * - `fail TEXT…`       ends the script
 */
export function placeFunctions({ environment, file, upstream }: TrafficPlace): string {
  const folder = `rollback-action-traffic/${folderName(environment)}/${folderName(`${file}#${upstream}`)}`;
  return `kept=\${XDG_STATE_HOME:-$HOME/.local/state}/${quote(folder)}
file=${quote(file)} upstream=${quote(upstream)}
if real=$(readlink -f "$file" 2>/dev/null) && [ -n "$real" ]; then file=$real; fi
beside=${beside('$file')}
read_config() { if [ -r "$file" ]; then cat "$file"; else as_root cat "$file"; fi; }
hash_now() { if [ -r "$file" ] || as_root cat "$file" >/dev/null 2>&1; then read_config | sha256sum | cut -d ' ' -f 1; fi; }
attributes_now() { stat -c '%a %u:%g' "$file"; }
fail() { printf '%s\\n' "$*" >&2; exit 1; }
`;
}
