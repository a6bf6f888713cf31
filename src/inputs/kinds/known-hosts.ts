import { accept, refuse, type Kind } from '../kind.ts';
import { list } from './list.ts';

/** known_hosts lines as they are. Only their shape is looked at: which key belongs to which host is asked when a host answers. */
export const knownHosts: Kind<string> = (text) => {
  const lines = list(knownHostsLine)(text);
  return 'refused' in lines ? lines : accept(`${lines.value.join('\n')}\n`);
};

const knownHostsLine: Kind<string> = (text) => {
  if (/^(@(cert-authority|revoked)\s+)?\S+\s+(ssh-|ecdsa-|sk-)\S+\s+AAAA[A-Za-z0-9+/]+=*(\s.*)?$/.test(text)) return accept(text);
  const isPublicKey = /^(ssh-|ecdsa-|sk-)\S+\s+AAAA/.test(text);
  return refuse('must be a known_hosts line: host, key type, key', {
    got: text,
    fix: isPublicKey ? 'The host is missing before the key.' : 'Print the lines with: ssh-keyscan <host>, and compare the keys with the host\'s own.',
  });
};
