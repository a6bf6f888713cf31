/** What the pages link within the repository is there: files, and headings by the anchors that GitHub gives them. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const pages = ['README.md', 'SECURITY.md', 'docs/notifications.md'];

const read = (page: string): string => readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
const anchorsOf = (page: string): readonly string[] => [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
const linksOf = (page: string): readonly string[] => [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, address = '']) => address);

describe.each(pages)('%s', (page) => {
  test.each(linksOf(page))('%s is there', (address) => {
    const [file = '', anchor] = address.split('#');
    const target = file === '' ? page : join(dirname(page), file);
    expect(existsSync(join(root, target)), target).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(target)).toContain(anchor);
  });
});
