/** Restoring a dump beside the live data. */
import type { Beside } from '../engine.ts';

const unknown = (): string => `echo 'a restore beside the live data is not known for MariaDB and MySQL' >&2; exit 1\n`;

export const beside: Beside = {
  askAdmin: () => `fact admin-missing 'a restore beside the live data is not known for MariaDB and MySQL'\n`,
  admin: unknown,
  obstacles: () => `fact cannot-swap 'a restore beside the live data is not known for MariaDB and MySQL'\n`,
  proveForeign: unknown(),
  restore: unknown,
  lost: unknown,
  forget: () => '',
  swap: unknown,
  swapBack: unknown,
  fence: unknown,
  unfence: () => '',
};
