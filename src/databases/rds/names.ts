/** Identifiers of what a run makes in AWS: the same whoever makes them, so that asking again finds what is there. */

/**
 * Letters, digits and single hyphens, a letter first, at most 63 (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.Constraints).
 * Of a long run's name the end stays: that is what no other run has.
 */
export function madeName(id: string, what: 'restored' | 'kept' | 'snapshot', run: string): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  const end = [what, plain(plain(run).slice(-30))].filter((each) => each !== '').join('-');
  return `${plain(id).slice(0, 62 - end.length).replace(/-$/, '')}-${end}`;
}
