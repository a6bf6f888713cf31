/** A job's log as GitHub shows it: what the runner is told in `::commands` is done and not shown. */
import type { styleText } from 'node:util';

export type LogView = {
  /** Takes what the job has printed, in pieces of any size. @returns the lines that can be shown now */
  take(text: string): readonly string[];
  /** @returns the last line, when nothing ended it */
  end(): readonly string[];
};

type Style = Parameters<typeof styleText>[0];

const levels: Readonly<Record<string, { readonly label: string; readonly style: Style }>> = {
  error: { label: 'Error: ', style: 'red' },
  warning: { label: 'Warning: ', style: 'yellow' },
  notice: { label: 'Notice: ', style: 'cyan' },
};

/** @param paint colours a text, or leaves it as it is */
export function logView(paint: (style: Style, text: string) => string = (_style, text) => text): LogView {
  const masks = new Set<string>();
  let rest = '';
  let inGroup = false;
  const masked = (line: string): string => [...masks].reduce((text, mask) => text.replaceAll(mask, '***'), line);
  const indented = (line: string): string => (inGroup ? `    ${line}` : line);

  const show = (line: string): readonly string[] => {
    const [, command = '', text = ''] = /^\s*::([\w-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
    const told = decoded(text);
    const level = levels[command];
    if (level !== undefined) return masked(told).split('\n').map((part, index) => indented(paint(level.style, `${index === 0 ? level.label : ''}${part}`)));
    switch (command) {
      case '':
        return [indented(masked(line))];
      case 'group':
        inGroup = true;
        return [paint('bold', `▾ ${masked(told)}`)];
      case 'endgroup':
        inGroup = false;
        return [];
      case 'add-mask':
        for (const part of [told, ...told.split('\n')].map((each) => each.trim()).filter((each) => each !== '')) masks.add(part);
        return [];
      default:
        return [];
    }
  };

  return {
    take(text) {
      const lines = `${rest}${text}`.split(/\r?\n/);
      rest = lines.pop() ?? '';
      return lines.flatMap(show);
    },
    end() {
      const last = rest;
      rest = '';
      return last === '' ? [] : show(last);
    },
  };
}

/** The runner's escapes in what a command says. */
function decoded(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
