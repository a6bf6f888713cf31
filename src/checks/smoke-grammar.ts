import type { Milliseconds } from '../ports.ts';

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

const classes = ['2xx', '3xx', '4xx', '5xx'] as const;
/** `200`, or all of a hundred: `2xx`. */
export type StatusPattern = number | (typeof classes)[number];

/** `GET https://shop.example/api/jobs => 2xx contains "jobs" within 2s` */
export type SmokeTest = {
  readonly method: Method;
  readonly url: URL;
  /** One of these must come. */
  readonly status: readonly [StatusPattern, ...StatusPattern[]];
  /** Must be somewhere in the body, as it is written, case included. */
  readonly contains?: string;
  /** The longest time for the whole answer. */
  readonly within?: Milliseconds;
};

/**
 * Reads one test a line; the clauses may come in any order. A problem says what was got and what is allowed, never the address:
 * lines stand for their own, so that the caller can number them as the user sees them.
 */
export function parseSmokeTests(lines: readonly string[]): { tests: SmokeTest[]; problems: string[] } {
  const parsed = lines.map(parse);
  return {
    tests: parsed.flatMap((one) => ('test' in one ? [one.test] : [])),
    problems: parsed.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  };
}

/** The shortest line that reads as this test. */
export function printSmokeTest({ method, url, status, contains, within }: SmokeTest): string {
  return [
    method === 'GET' ? '' : `${method} `,
    url.href,
    status.join() === '2xx' ? '' : ` => ${status.join(',')}`,
    contains === undefined ? '' : ` contains "${contains.replace(/["\\]/g, '\\$&')}"`,
    within === undefined ? '' : ` within ${within % 1000 === 0 ? `${within / 1000}s` : `${within}ms`}`,
  ].join('');
}

type Parsed = { readonly test: SmokeTest } | { readonly problem: string };
type Clauses = { -readonly [K in 'status' | 'contains' | 'within']?: SmokeTest[K] };

function parse(line: string): Parsed {
  const words = line.match(/"(?:[^"\\]|\\.)*"(?=\s|$)|=>|\S+/g) ?? [];
  const [first = '', second = ''] = words;
  const method = methods.find((name) => name === first.toUpperCase());
  if (method === undefined && /^[a-z]+$/i.test(first)) return { problem: `the method must be one of ${methods.join(', ')}, got "${first}"` };
  const address = method === undefined ? first : second;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return { problem: `the address must be whole, such as https://example.com/api/jobs, got "${address.replace(/\/\/.*@/, '//…@')}"` };
  }
  if (url.username !== '' || url.password !== '') return { problem: 'the address must be without user and password: addresses are printed' };
  if (url.hash !== '') return { problem: `the address must be without a fragment, got "${url.hash}"` };

  const clauses = readClauses(words.slice(method === undefined ? 1 : 2));
  if (typeof clauses === 'string') return { problem: clauses };
  if (method === 'HEAD' && clauses.contains !== undefined) return { problem: 'an answer to HEAD has no body that could contain a text' };
  return { test: { method: method ?? 'GET', url, status: ['2xx'], ...clauses } };
}

function readClauses(words: readonly string[]): Clauses | string {
  const clauses: Clauses = {};
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i] ?? '';
    const value = words[i + 1] ?? '';
    const got = value === '' ? 'nothing' : `"${value}"`;
    const key = name === '=>' ? 'status' : name;
    if (key !== 'status' && key !== 'contains' && key !== 'within') return `after the address only => STATUS, contains "text" and within 2s are allowed, got "${name}"`;
    if (key in clauses) return `${name} is allowed once`;
    if (key === 'status') {
      const status = statusOf(value);
      if (status === undefined) return `after => a status such as 200, 2xx or 200,204 is allowed, got ${got}`;
      clauses.status = status;
    } else if (key === 'contains') {
      const [, text] = /^"((?:[^"\\]|\\.)+)"$/.exec(value) ?? [];
      if (text === undefined) return `after contains a text in double quotes is allowed (\\" for a quote in it), got ${got}`;
      clauses.contains = text.replace(/\\(["\\])/g, '$1');
    } else {
      const within = durationOf(value);
      if (within === undefined) return `after within a duration from 1ms to 1h such as 2s or 500ms is allowed, got ${got}`;
      clauses.within = within;
    }
  }
  return clauses;
}

function statusOf(text: string): SmokeTest['status'] | undefined {
  if (!/^[2-5](xx|\d\d)(,[2-5](xx|\d\d))*$/.test(text)) return undefined;
  const [first, ...rest] = text.split(',').map((one) => classes.find((name) => name === one) ?? Number(one));
  return first === undefined ? undefined : [first, ...rest];
}

function durationOf(text: string): Milliseconds | undefined {
  const [, digits, unit = 's'] = /^(\d{1,7})(ms|s|m)?$/.exec(text) ?? [];
  const duration = Number(digits) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? NaN);
  return duration >= 1 && duration <= 3_600_000 ? duration : undefined;
}
