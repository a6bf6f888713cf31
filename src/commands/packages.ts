/** Installed dependencies: they go back with the code, and come back from what was kept, not from a registry. */
import { quote } from './quote.ts';

/** Where the virtualenv is kept while the run may still be undone: under the run's name, for what an earlier run kept for a person is another. */
const kept = '$virtualenv.rollback-kept-$run';

function location(virtualenv: string, run: string): string {
  return `virtualenv=${quote(virtualenv)}; run=${quote(run)}\n`;
}

/** A whole copy beside the virtualenv, made once; shares blocks with it where the file system can. */
export function keepPackages(virtualenv: string, run: string): string {
  return `${location(virtualenv, run)}if [ ! -d "${kept}" ]; then
  rm -rf "${kept}.part"
  cp -a --reflink=auto "$virtualenv" "${kept}.part" 2>/dev/null || { rm -rf "${kept}.part"; cp -a "$virtualenv" "${kept}.part"; }
  mv "${kept}.part" "${kept}"
fi
`;
}

/** The kept virtualenv takes its place again, at the same path (a virtualenv holds its own path and cannot move). */
export function packagesBack(virtualenv: string, run: string): string {
  return `${location(virtualenv, run)}if [ -d "${kept}" ]; then
  rm -rf "$virtualenv.rollback-failed"
  if [ -d "$virtualenv" ]; then mv "$virtualenv" "$virtualenv.rollback-failed"; fi
  mv "${kept}" "$virtualenv"
  rm -rf "$virtualenv.rollback-failed"
fi
`;
}

/** The run is over: the copy goes. */
export function dropKeptPackages(virtualenv: string, run: string): string {
  return `${location(virtualenv, run)}rm -rf "${kept}" "${kept}.part"\n`;
}

/**
 * The user's install command, in the checkout, with the virtualenv's programs first. What it starts holds none of the
 * step's own descriptors: a daemon that it leaves behind must not make the step look unfinished.
 */
export function install(options: { readonly appDir: string; readonly command: string; readonly path: string; readonly environment: string }): string {
  return `umask "\${login_umask:-022}"
cd ${quote(options.appDir)}
(
${options.environment}
${options.path}
exec 3>&-
sh -c ${quote(options.command)}
)
`;
}
