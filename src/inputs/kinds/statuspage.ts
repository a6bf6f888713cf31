import { accept, refuse, type Kind } from '../kind.ts';

/** A page or a component of Statuspage. It becomes a part of an address. */
export const statuspageId: Kind<string> = (text) =>
  /^[a-z0-9]{1,64}$/.test(text) ? accept(text) : refuse('must be an id as Statuspage shows it, lower case letters and digits such as kctbh9vrtdwd', { got: text });
