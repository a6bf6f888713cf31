import { accept, refuse, type Kind } from '../kind.ts';

const rule = 'must be a private key in PEM or OpenSSH form';

/** Only the shape: whether the key opens with its passphrase, the library that uses it finds out. Ends with a line feed, as ssh wants it. */
export const privateKey: Kind<string> = (text) => {
  if (/^(ssh-|ecdsa-|sk-)\S+ /.test(text)) return refuse(rule, { fix: 'This is the public key; the private one is in the file without ".pub".' });
  if (text.startsWith('PuTTY-User-Key-File')) return refuse(rule, { fix: 'Convert it: puttygen key.ppk -O private-openssh -o key.' });
  if (/^-----BEGIN .*-----./.test(text)) return refuse(rule, { fix: 'Its line breaks are lost: pass the file as it is.' });
  const lines = text.split('\n').map((each) => each.trim());
  const [, label] = /^-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----$/.exec(lines[0] ?? '') ?? [];
  if (label === undefined) return refuse(rule, { fix: 'It begins with "-----BEGIN … PRIVATE KEY-----": pass the whole file.' });
  if (lines.at(-1) !== `-----END ${label}-----` || lines.length < 3) return refuse(rule, { fix: `It does not end with "-----END ${label}-----": pass the whole file.` });
  return accept(`${lines.join('\n')}\n`);
};

/** Whether a key that `privateKey` accepted needs a passphrase. */
export function isEncrypted(key: string): boolean {
  if (key.includes('ENCRYPTED')) return true;
  if (!key.startsWith('-----BEGIN OPENSSH')) return false;
  // openssh-key-v1: magic and NUL (15 bytes), then the cipher's name with its length in 4 bytes.
  const body = atob(key.replace(/-----.*-----/g, '').replace(/[^A-Za-z0-9+/]/g, '').slice(0, 40));
  return body.startsWith('openssh-key-v1\0') && body.slice(19, 23) !== 'none';
}
