/** Masking less would blank out half of the log. */
const shortest = 4;

/**
 * Everything by which a secret among the inputs could be recognised: each whole, each of its lines, a password in a database URL as
 * it stands, percent-encoded and decoded, and the path of an address that is itself the credential. Works on raw texts, so that masking comes before anything that can fail.
 */
export function secretsToMask(raw: Readonly<Record<string, string>>, secrets: ReadonlySet<string>): readonly string[] {
  const values = Object.entries(raw).filter(([name]) => secrets.has(name)).flatMap(([, text]) => masksOf(text));
  return [...new Set(values)].filter((value) => value.length >= shortest);
}

/** Replaces what must not be told, the longest first. */
export function redactor(masks: readonly string[]): (text: string) => string {
  const longestFirst = masks.toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((told, mask) => told.replaceAll(mask, '***'), text);
}

function masksOf(text: string): readonly string[] {
  const whole = text.trim();
  const lines = whole.split(/\r?\n/).map((line) => line.trim()).filter((line) => !/^-----(BEGIN|END) .*-----$/.test(line));
  return [whole, ...lines, ...passwordsOf(whole), ...pathOf(whole)];
}

function passwordsOf(url: string): readonly string[] {
  // To the last @: a password that should have been encoded and was not is a secret all the same.
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^:/@]*:(.*)@/is.exec(url) ?? [];
  if (password === undefined) return [];
  const decoded = decode(password);
  return [password, decoded, encodeURIComponent(decoded)];
}

/** A short one (`/hook`) is a word that stands elsewhere too, and no credential. */
const shortestPath = 12;

/** Of a web address, what follows the host: chat services put the credential there. */
function pathOf(url: string): readonly string[] {
  const [, path = ''] = /^https?:\/\/[^/?#\s]+\/([^\s]+)$/i.exec(url) ?? [];
  return path.length < shortestPath ? [] : [path];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
