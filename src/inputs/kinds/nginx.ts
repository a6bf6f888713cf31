import { accept, refuse, type Kind } from '../kind.ts';
import { absolutePath } from './path.ts';

/** A configuration file of nginx on a load balancer. */
export const nginxFile: Kind<string> = (text) => {
  const path = absolutePath(text);
  if ('refused' in path) return path;
  // With the block's name it is also the name of a folder on the hosts, of 255 characters at most.
  return text.endsWith('/') || path.value.split('/').length < 3 || encodeURIComponent(path.value).length > 180
    ? refuse('must be a file of nginx, such as /etc/nginx/conf.d/app.conf', { got: text })
    : path;
};

/** The name of an `upstream` block. */
export const upstreamName: Kind<string> = (text) =>
  /^[A-Za-z0-9_.-]{1,64}$/.test(text) ? accept(text) : refuse('must be the name of an upstream block, of at most 64 letters, digits, ".", "_" and "-"', { got: text });

/** A server as a line of an `upstream` block names it. */
export const upstreamServer: Kind<string> = (text) =>
  isServer(text) ? accept(text) : refuse('must be a server as the upstream block names it, such as blue.internal:8000 or unix:/run/app.sock', { got: text });

function isServer(text: string): boolean {
  if (text.length > 255) return false;
  if (/^unix:\/[A-Za-z0-9._/@:-]+$/.test(text)) return true;
  const [, port] = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::([1-9]\d{0,4}))?$/.exec(text) ?? [undefined, 'none'];
  return port === undefined || Number(port) <= 65_535;
}
