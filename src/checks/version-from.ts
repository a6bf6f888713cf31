import type { HttpAnswer } from '../ports.ts';

/** Where a service says which release it is. */
export type VersionFrom =
  | { readonly kind: 'header'; readonly name: string }
  /** A JSON pointer (RFC 6901) into the body. */
  | { readonly kind: 'json'; readonly pointer: string };

/** `header:X-Version` or `json:/commit`; undefined when it is neither. */
export function parseVersionFrom(text: string): VersionFrom | undefined {
  const [, name] = /^header:\s*([\w!#$%&'*+.^`|~-]+)$/.exec(text.trim()) ?? [];
  if (name !== undefined) return { kind: 'header', name };
  const [, pointer] = /^json:\s*((?:\/(?:[^/~]|~[01])*)+)$/.exec(text.trim()) ?? [];
  return pointer === undefined ? undefined : { kind: 'json', pointer };
}

/** `the header X-Version`, `/commit in the body`: for sentences. */
export function placeOf(from: VersionFrom): string {
  return from.kind === 'header' ? `the header ${from.name}` : `${from.pointer} in the body`;
}

/** What an answer says its release is; undefined when it says nothing there. */
export function versionIn(answer: Extract<HttpAnswer, { kind: 'answered' }>, from: VersionFrom): string | undefined {
  const said = from.kind === 'header' ? answer.headers.get(from.name.toLowerCase()) : pointedAt(answer.body, from.pointer);
  return said?.trim() || undefined;
}

/**
 * Whether a version that a service names is this release: its SHA, at least 7 digits of it, or one of its tags.
 * Digits are compared without case, as git reads them; tags with case, as git names them.
 */
export function isRelease(version: string, { sha, names }: { readonly sha: string; readonly names: readonly string[] }): boolean {
  if (names.includes(version)) return true;
  return /^[0-9a-f]{7,}$/i.test(version) && sha.toLowerCase().startsWith(version.toLowerCase());
}

function pointedAt(body: string, pointer: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}
