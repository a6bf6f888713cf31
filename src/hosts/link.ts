import type { Connection } from './connection.ts';

/** One connection that many use, opened when first asked for and again after it was lost. */
export interface Link extends AsyncDisposable {
  /** @throws RollbackError when it cannot be opened, Error after the link was disposed. */
  connection(): Promise<Connection>;
}

export function link(open: () => Promise<Connection>): Link {
  let opening: Promise<Connection> | undefined;
  let current: Connection | undefined;
  let disposed = false;
  return {
    async connection() {
      if (disposed) throw new Error('The connection was closed by this run');
      if (current?.alive === true) return current;
      opening ??= open()
        .then((connection) => (current = connection))
        .finally(() => (opening = undefined));
      return opening;
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      await opening?.catch(() => undefined);
      await current?.[Symbol.asyncDispose]();
    },
  };
}
