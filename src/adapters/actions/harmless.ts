/**
 * Text from hosts as lines that the runner can only print. The runner reads commands out of `::name::` after leading blanks and out of
 * `##[name]` anywhere in a line, and ends lines at a lone carriage return too
 * (actions/runner, ActionCommand.cs and ProcessInvoker.cs). A zero-width space takes both apart; control characters, escape
 * sequences and bidirectional overrides go.
 */
export function harmlessLines(text: string): readonly string[] {
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).map(harmlessLine);
}

function harmlessLine(line: string): string {
  return line
    .replaceAll(escapeSequence, '')
    .replaceAll('\t', '  ')
    .replaceAll(unprintable, '')
    .replaceAll('##[', '##\u200b[')
    .replace(/^\s*::/, (start) => start.replace('::', ':\u200b:'));
}

// eslint-disable-next-line no-control-regex -- control characters are what it is for
const escapeSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

// eslint-disable-next-line no-control-regex -- control characters are what it is for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
