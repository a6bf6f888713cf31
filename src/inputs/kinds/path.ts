import { accept, refuse, type Kind, type Parsed } from '../kind.ts';

/** Places that belong to the system: nothing of an application is checked out or kept right there. */
const systemDirectories = ['/etc', '/usr', '/home', '/root', '/var', '/var/lib', '/opt', '/srv', '/mnt', '/tmp', '/run'];
/** … and these with everything below them. */
const systemTrees = ['/bin', '/boot', '/dev', '/lib', '/lib64', '/proc', '/sbin', '/sys', '/usr/bin', '/usr/lib', '/usr/sbin'];

/** A directory of the application's own on a host. */
export const directory: Kind<string> = (text) => {
  const path = absolutePath(text);
  if ('refused' in path) return path;
  const isSystem = path.value === '/' || systemDirectories.includes(path.value)
    || systemTrees.some((tree) => path.value === tree || path.value.startsWith(`${tree}/`));
  return isSystem ? refuse('must not be a directory of the system', { got: text }) : path;
};

export const absolutePath: Kind<string> = (text) =>
  text.startsWith('/') ? normalised(text) : refuse('must be an absolute path, such as /var/www/app', { got: text });

/** A path below another; what it is relative to, the input's description says. */
export const relativePath: Kind<string> = (text) =>
  text.startsWith('/') || text.startsWith('~') ? refuse('must be a relative path', { got: text }) : normalised(text);

/** Relative to the application's directory, or absolute. */
export const path: Kind<string> = (text) =>
  /^(~|\.\.)/.test(text) ? refuse('must be a path that does not begin with "~" or ".."', { got: text, fix: 'Write it as an absolute path.' }) : normalised(text);

/** `path` below `base`, or `path` itself when it is absolute. */
export function below(base: string, path: string): string {
  if (path.startsWith('/')) return path;
  return path === '.' ? base : `${base}/${path}`;
}

/** A trailing slash and a leading `./` go; what would have to be resolved against a file system is refused. */
function normalised(text: string): Parsed<string> {
  const trimmed = text.replace(/^\.\/(?=.)/, '').replace(/(?<=.)\/$/, '');
  const parts = trimmed.replace(/^\//, '').split('/');
  if (trimmed === '/' || trimmed === '.') return accept(trimmed);
  if (trimmed.length > 1024 || /\p{C}/u.test(trimmed)) return refuse('must be a path of at most 1024 printable characters', { got: text });
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return refuse('must be a path without "//", "." and ".." in it', { got: text });
  }
  return accept(trimmed);
}
