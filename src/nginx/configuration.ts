/** All that nginx has loaded, as `nginx -T` prints it. Pure; bytes as latin1, as everywhere here. */
import { type Directive, isUnreadable, parse } from './grammar.ts';
import { includesOf } from './includes.ts';

export type ConfigurationFile = { readonly path: string; readonly text: string; readonly directives: readonly Directive[] };

export type Configuration = {
  readonly kind: 'read';
  /** In the order in which nginx opens them, the main file first; none twice. */
  readonly files: readonly ConfigurationFile[];
  /** What is in them, with each `include` replaced by what it includes. */
  readonly tree: readonly Placed[];
};

/** A directive, the file in which it is written, and what is in its block, included files and all. */
export type Placed = { readonly directive: Directive; readonly file: ConfigurationFile; readonly inside: readonly Placed[] };

/** Reads the standard output of `nginx -T`; files that no `include` leads to stand at the end. */
export function readConfiguration(dump: string): Configuration | { readonly kind: 'refused'; readonly reason: string } {
  const headers = [...dump.matchAll(/^# configuration file (\/.*):\r?\n/gm)];
  if (headers.length === 0) return { kind: 'refused', reason: 'the output of nginx -T holds no configuration' };
  const files: ConfigurationFile[] = [];
  for (const [index, header] of headers.entries()) {
    // nginx sets a line feed behind each file.
    const text = dump.slice(header.index + header[0].length, headers[index + 1]?.index).replace(/\n$/, '');
    const [path = '', directives] = [header[1], parse(text)];
    if (isUnreadable(directives)) return { kind: 'refused', reason: `${path}, line ${directives.line}, as nginx -T shows it: ${directives.what}` };
    files.push({ path, text, directives });
  }
  return { kind: 'read', files, tree: treeOf(files) };
}

function treeOf(files: readonly ConfigurationFile[]): readonly Placed[] {
  const [main] = files;
  if (main === undefined) return [];
  const reached = new Set<ConfigurationFile>();
  const place = (file: ConfigurationFile, directives: readonly Directive[], within: readonly ConfigurationFile[]): readonly Placed[] => directives.flatMap((directive) => {
    if (directive.name === 'include') {
      const included = includesOf(directive.args[0]?.value ?? '', main.path, files.map(({ path }) => path));
      return files.filter((one) => included.has(one.path) && !within.includes(one)).flatMap((one) => enter(one, within));
    }
    return [{ directive, file, inside: place(file, directive.block?.directives ?? [], within) }];
  });
  const enter = (file: ConfigurationFile, within: readonly ConfigurationFile[]): readonly Placed[] => {
    reached.add(file);
    return place(file, file.directives, [...within, file]);
  };
  const tree = enter(main, []);
  return [...tree, ...files.flatMap((file) => (reached.has(file) ? [] : enter(file, [])))];
}

/**
 * The file to which nginx writes why a reload failed, as the main configuration names it; the default of Debian's and nginx.org's packages without one;
 * undefined where it writes to no file, or to one that only the build knows the folder of.
 */
export function errorLogOf({ tree }: Configuration): string | undefined {
  const targets = tree.filter(({ directive }) => directive.name === 'error_log').map(({ directive }) => directive.args[0]?.value ?? '');
  return targets.length === 0 ? '/var/log/nginx/error.log' : targets.find((target) => target.startsWith('/'));
}
