import { accept, refuse, type Kind } from '../kind.ts';

/** A SHA (7 digits at least), tag or branch, by the rules of git-check-ref-format. */
export const commit: Kind<string> = (text) => {
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(text)) return accept(text.toLowerCase());
  if (/^[0-9a-f]{1,6}$/.test(text) && /\d/.test(text)) {
    return refuse(rule, { got: text, fix: 'A short SHA has 7 digits at least.' });
  }
  if (['HEAD', '@'].includes(text)) return refuse(rule, { got: text, fix: 'Leave it empty for the last known good release.' });
  return isRef(text) ? accept(text) : refuse(rule, { got: text, ...(/[~^]|@\{/.test(text) && { fix: 'Relative names mean something else on every host: name the commit itself.' }) });
};

const rule = 'must be a SHA, tag or branch';

/** https://git-scm.com/docs/git-check-ref-format, and no leading dash, which would read as an option. */
function isRef(name: string): boolean {
  if (name.length > 255 || /[\p{C}\s~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$/u.test(name)) return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}
