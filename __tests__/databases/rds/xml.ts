/** As much of XML as AWS's query protocol answers with: elements without attributes. */

export type Element = { readonly name: string; readonly inner: string };

/** The elements right below, in order. */
export function elements(xml: string): readonly Element[] {
  const found: Element[] = [];
  let at = 0;
  for (;;) {
    const open = /<([A-Za-z0-9]+)(\s*\/)?>/g;
    open.lastIndex = at;
    const match = open.exec(xml);
    const name = match?.[1];
    if (match === null || name === undefined) return found;
    const start = open.lastIndex;
    if (match[2] !== undefined) {
      found.push({ name, inner: '' });
      at = start;
      continue;
    }
    const end = closing(xml, name, start);
    found.push({ name, inner: xml.slice(start, end) });
    at = end + `</${name}>`.length;
  }
}

function closing(xml: string, name: string, start: number): number {
  const tag = new RegExp(`<(/?)${name}>`, 'g');
  tag.lastIndex = start;
  for (let depth = 1; ;) {
    const match = tag.exec(xml);
    if (match === null) throw new Error(`<${name}> is not closed`);
    depth += match[1] === '/' ? -1 : 1;
    if (depth === 0) return match.index;
  }
}

/** Replaces what is right below by other values; an empty one is left out. */
export function overlaid(xml: string, values: ReadonlyMap<string, string>): string {
  const kept = elements(xml).filter(({ name }) => !values.has(name)).map(({ name, inner }) => `<${name}>${inner}</${name}>`);
  const laid = [...values].filter(([, inner]) => inner !== '').map(([name, inner]) => `<${name}>${inner}</${name}>`);
  return [...kept, ...laid].join('');
}

export function valueOf(xml: string, name: string): string {
  return elements(xml).find((element) => element.name === name)?.inner ?? '';
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
