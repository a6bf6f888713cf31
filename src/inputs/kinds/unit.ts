import { accept, refuse, type Kind } from '../kind.ts';

const suffix = /\.(service|socket|target|timer|path|slice|scope|mount|automount|swap|device)$/;

/** A systemd unit that can be restarted; `.service` is added where no kind of unit is named, as systemctl does. */
export const unit: Kind<string> = (text) => {
  const full = suffix.test(text) ? text : `${text}.service`;
  // systemctl takes `*`, `?` and `[` for patterns and would restart whatever matches.
  if (/^(?!-)[A-Za-z0-9:_.@\\-]{1,240}\.(service|socket|target|timer|path)$/.test(full)) return accept(full);
  return refuse('must be a systemd unit, such as app.service, without wildcards', { got: text });
};
