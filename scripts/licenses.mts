/**
 * The licenses of all packages in a bundle, from the statistics that ncc writes of it. ncc's own `--license` keeps those of one chunk only,
 * as soon as anything is imported lazily.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Module = { readonly nameForCondition?: string | null; readonly modules?: readonly Module[] };

export function licensesIn(statistics: string): string {
  const { modules }: { modules: readonly Module[] } = JSON.parse(readFileSync(statistics, 'utf8'));
  const folders = new Set(modules.flatMap(filesOf).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  const packages = [...folders].map((folder) => ({ folder, ...manifest(folder) }));
  const sorted = packages.toSorted((one, other) => (`${one.name}@${one.version}` < `${other.name}@${other.version}` ? -1 : 1));
  return sorted.map(({ folder, name, version, license }) => `${name} ${version}\n${license}\n\n${licenseText(folder)}\n`).join('\n\n');
}

function filesOf({ nameForCondition, modules = [] }: Module): readonly string[] {
  return [...(typeof nameForCondition === 'string' ? [nameForCondition] : []), ...modules.flatMap(filesOf)];
}

function manifest(folder: string): { readonly name: string; readonly version: string; readonly license: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function licenseText(folder: string): string {
  const file = readdirSync(folder).toSorted().find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
}
