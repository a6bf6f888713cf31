/** A value as an error shows it: quoted, on one line, cut, and with everything escaped that does not print as itself. */
export function shown(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 79).toWellFormed()}…` : text;
  return JSON.stringify(cut).replace(/[^\P{C}]|[^\P{Z} ]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
