import { accept, refuse, type Kind } from '../kind.ts';

/** A host as one line names it; what the line leaves out comes from `ssh-user` and `ssh-port`. */
export type HostLine = {
  readonly user?: string;
  /** Host name, IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port?: number;
};

const userName = /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/;
const label = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** `[user@]host[:port]`; an IPv6 address stands in brackets. */
export const host: Kind<HostLine> = (text) => {
  if (/[^\x20-\x7e]/.test(text)) return refuse(rule, { got: text, fix: punycode(text) });
  const [, user, bracketed, name, port] = /^(?:([^@]*)@)?(?:\[([^\]]*)\]|([^@:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? name;
  if (address === undefined) {
    const bareIpv6 = (text.match(/:/g)?.length ?? 0) > 1 && !text.includes('[');
    return refuse(rule, { got: text, ...(bareIpv6 && { fix: 'Write an IPv6 address in brackets: [2001:db8::1]:22.' }) });
  }
  if (user !== undefined && !userName.test(user)) return refuse(rule, { got: text, fix: 'The part before @ is not a user name.' });
  if (bracketed === undefined ? !isName(address) : !URL.canParse(`http://[${bracketed}]/`)) return refuse(rule, { got: text });
  if (port !== undefined && (port.startsWith('0') || Number(port) > 65_535)) {
    return refuse(rule, { got: text, fix: 'A port is a number from 1 to 65535.' });
  }
  return accept({ ...(user !== undefined && { user }), address, ...(port !== undefined && { port: Number(port) }) });
};

const rule = 'must be [user@]host[:port]';

export const user: Kind<string> = (text) =>
  userName.test(text) ? accept(text) : refuse('must be a user name of letters, digits, ".", "_" and "-"', { got: text });

/** A host name by RFC 1123, or an IPv4 address: a name whose last label is a number could only be that. */
function isName(name: string): boolean {
  const labels = name.split('.');
  if (name.length > 253 || !labels.every((part) => label.test(part))) return false;
  return !/^\d+$/.test(labels.at(-1) ?? '') || isIpv4(labels);
}

function isIpv4(labels: readonly string[]): boolean {
  return labels.length === 4 && labels.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** Letters of other scripts can look like Latin ones, so that only the encoded name shows which host is meant. */
function punycode(text: string): string {
  const [, name = ''] = /^(?:[^@]*@)?([^:@]*)/.exec(text) ?? [];
  const encoded = URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`).hostname : '';
  return encoded.includes('xn--') ? `Write the name in ASCII: ${encoded}.` : 'Write it in ASCII.';
}
