import { accept, refuse, type Kind, type Refusal } from '../kind.ts';
import { itemLines } from './list.ts';

/** known_hosts lines as they are. Only their shape is looked at: which key belongs to which host is asked when a host answers. */
export const knownHosts: Kind<string> = (text) => {
  const lines = itemLines(text);
  const [first, ...rest] = lines.flatMap(({ line, number }): Refusal[] => {
    const shape = /^(@revoked\s+)?[^\s@]\S*\s+(ssh-|ecdsa-|sk-)\S+\s+AAAA[A-Za-z0-9+/]+=*(\s.*)?$/;
    return shape.test(line) ? [] : [{ rule, got: line, line: number, fix: fixOf(line) }];
  });
  if (first !== undefined) return { refused: [first, ...rest] };
  return lines.length === 0 ? refuse('must hold known_hosts lines, got only comments') : accept(`${text}\n`);
};

const rule = 'must be a known_hosts line: host, key type, key';

function fixOf(line: string): string {
  if (line.startsWith('@cert-authority')) return "Host certificates cannot be used here: give the host's own key.";
  const isPublicKey = /^(ssh-|ecdsa-|sk-)\S+\s+AAAA/.test(line);
  return isPublicKey ? 'The host is missing before the key.' : "Take the lines from ssh-keyscan <host>, and compare the keys with the host's own.";
}
