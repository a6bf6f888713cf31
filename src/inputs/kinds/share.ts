import { accept, refuse, type Kind } from '../kind.ts';

/** `10%`, `0.5%`: percent. */
export const share: Kind<number> = (text) => {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits !== undefined && number < 100) return accept(number);
  return refuse('must be a share from 0% to 99.999%', { got: text, ...(/^\d+(\.\d+)?$/.test(text) && { fix: `Write it with its sign: ${text}%.` }) });
};

/** `average`, or a percentile: `p95`, `p99.9`. */
export const statistic: Kind<string> = (text) =>
  /^(average|p(?!0{1,2}(\.0*)?$)\d{1,2}(\.\d{1,2})?)$/.test(text) ? accept(text) : refuse('must be "average" or a percentile such as "p95"', { got: text });
