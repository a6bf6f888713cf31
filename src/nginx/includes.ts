/** Which files an `include` takes in. Pure. */
import { dirname } from 'node:path/posix';

/** Of the paths, those that the mask names; as in nginx it is relative to the folder of the main file, and has the signs of glob(3). */
export function includesOf(mask: string, mainFile: string, paths: readonly string[]): ReadonlySet<string> {
  const whole = mask.startsWith('/') ? mask : `${dirname(mainFile)}/${mask}`;
  const pattern = new RegExp(`^${whole.split('/').map(patternOf).join('/')}$`);
  return new Set(paths.filter((path) => path === whole || pattern.test(path)));
}

/** One name of a mask. Its signs stand for no `/`, and for no dot at the beginning. */
function patternOf(name: string): string {
  const signs = name.replaceAll(/\[(?<not>[!^]?)(?<set>\]?[^\]]*)\]|\\(?<escaped>.)|[\s\S]/g, (sign: string, not: string | undefined, set: string | undefined, escaped: string | undefined) => {
    if (set !== undefined) return `[${not === undefined || not === '' ? '' : '^/'}${set.replaceAll(/[\]\\[^]/g, String.raw`\$&`)}]`;
    if (escaped === undefined && sign === '*') return '[^/]*';
    if (escaped === undefined && sign === '?') return '[^/]';
    return (escaped ?? sign).replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  });
  return /^[*?[]/.test(name) ? String.raw`(?!\.)${signs}` : signs;
}
