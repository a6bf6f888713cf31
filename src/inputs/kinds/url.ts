import { accept, refuse, type Kind } from '../kind.ts';

const rule = 'must be an http or https address';

/** An address that is asked for its health. Never told with a user or password in it: addresses are printed. */
export const httpUrl: Kind<URL> = (text) => {
  const url = /^https?:\/\/[^\s/]/i.test(text) && !/\s/.test(text) && text.length <= 2048 && URL.canParse(text) ? new URL(text) : undefined;
  if (text.includes('@') && (url === undefined || url.username !== '' || url.password !== '')) {
    return refuse(`${rule} without user and password`, { fix: 'Addresses are printed in logs and reports, so they hold no credentials.' });
  }
  if (url === undefined) return refuse(rule, { got: text, ...(/^[\w.-]+(:\d+)?(\/|$)/.test(text) && { fix: `Write it with its scheme: https://${text}` }) });
  return text.includes('#') ? refuse(`${rule} without a fragment (#…)`, { got: text }) : accept(url);
};

/** An address that is itself the credential, as chat services give it out: never shown, not even when it is wrong. */
export const secretUrl: Kind<URL> = (text) => {
  const parsed = httpUrl(text);
  return 'refused' in parsed ? refuse(`${rule} without user, password and fragment`) : parsed;
};

/**
 * `mysql://`, `mariadb://` or `postgresql://`, with a driver or without (`mariadb+pymysql://`). The text stays as it is: which characters of the
 * password are percent-encoded is for its reader to know. No rule shows any part of it.
 */
export const databaseUrl: Kind<string> = (text) => {
  const address = addressOf(text);
  if (typeof address !== 'string') return address;
  return /^\/[A-Za-z0-9_][A-Za-z0-9_$-]{0,63}$/.test(address) ? accept(text) : refuse('must name one database after the host: mariadb://user:password@host:3306/database');
};

/** The same for an administrator, who need not name a database. */
export const adminUrl: Kind<string> = (text) => {
  const address = addressOf(text);
  return typeof address === 'string' ? accept(text) : address;
};

/** The path of a database's URL, or why it is none. */
function addressOf(text: string): string | ReturnType<typeof refuse> {
  if (!/^(mysql|mariadb|postgres|postgresql)(\+[a-z0-9_]+)?:\/\//i.test(text)) {
    return refuse('must begin with mysql://, mariadb:// or postgresql://, with a driver or without (mariadb+pymysql://)');
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || /\s/.test(text) || url.hash !== '') {
    return refuse('must be an address such as mariadb://user:password@host:3306/database', { fix: 'Percent-encode special characters of the password: @ is %40, / is %2F, # is %23.' });
  }
  return url.pathname;
}
