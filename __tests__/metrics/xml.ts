/** Whether a text is one well-formed XML element: as much of the rules as a picture without DTD, comments and processing instructions needs. */
export function wellFormed(xml: string): boolean {
  const open: string[] = [];
  let rest = xml.trim();
  for (let roots = 0; rest !== '';) {
    const [whole = '', slash, name = '', empty] = /^<(\/?)([A-Za-z][\w:-]*)(?:\s+[\w:-]+="(?:[^"<&]|&(?:amp|lt|gt|quot|#\d+);)*")*\s*(\/?)>/.exec(rest) ?? [];
    const [text = ''] = /^(?:[^<&]|&(?:amp|lt|gt|quot|#\d+);)+/.exec(rest) ?? [];
    if (whole === '' && (text === '' || open.length === 0)) return false;
    rest = rest.slice((whole || text).length);
    if (whole === '') continue;
    if (open.length === 0 && (slash === '/' || ++roots > 1)) return false;
    if (slash === '/') {
      if (open.pop() !== name) return false;
    } else if (empty === '') open.push(name);
  }
  return open.length === 0;
}
