/** Identifiers of what a run makes in AWS: the same whoever makes them, so that asking again finds what is there. */

/** Letters, digits and single hyphens, a letter first, at most 63 (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.Constraints). */
export function madeName(id: string, what: 'restored' | 'kept' | 'snapshot', run: string): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  const end = `-${what}-${plain(run)}`.slice(-50);
  const start = plain(id).slice(0, 63 - end.length).replace(/-$/, '');
  return `${start}${end.startsWith('-') ? end : `-${end}`}`.replaceAll(/-{2,}/g, '-').slice(0, 63);
}
