/** What `hurl --json` prints, as far as it is used. Headers, cookies, captures and the curl command hold secrets: they are left where they are. */
import type { Milliseconds } from '../ports.ts';

/** Of one request, the last time it was sent in this run. */
export type Entry = {
  readonly line: number;
  readonly milliseconds: Milliseconds;
  readonly call?: { readonly method: string; readonly url: string; readonly status: number };
  readonly failed: readonly { readonly line: number; readonly message: string }[];
  readonly times: number;
};

/** One JSON object a line. What has another shape is left out. */
export function entriesIn(results: string): readonly Entry[] {
  const found = new Map<number, Entry>();
  for (const text of results.split('\n')) {
    for (const each of listIn(parsed(text), 'entries')) {
      const [index, line, time] = [numberIn(each, 'index'), numberIn(each, 'line'), numberIn(each, 'time')];
      const call = listIn(each, 'calls').at(-1);
      found.set(index, {
        line, milliseconds: time, times: (found.get(index)?.times ?? 0) + 1,
        ...(call === undefined ? {} : { call: { method: textIn(fieldOf(call, 'request'), 'method'), url: textIn(fieldOf(call, 'request'), 'url'), status: numberIn(fieldOf(call, 'response'), 'status') } }),
        failed: listIn(each, 'asserts').filter((one) => fieldOf(one, 'success') === false).map((one) => ({ line: numberIn(one, 'line'), message: textIn(one, 'message') })),
      });
    }
  }
  return [...found.values()];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const field = fieldOf(value, name);
  return Array.isArray(field) ? field : [];
}

function textIn(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : '';
}

function numberIn(value: unknown, name: string): number {
  const field = fieldOf(value, name);
  return typeof field === 'number' ? field : 0;
}
