import { accept, refuse, type Kind } from '../kind.ts';

/** An RDS DB instance or Aurora cluster, in lower case as AWS keeps it. */
export const rdsInstance: Kind<string> = (text) =>
  /^[A-Za-z](?!.*--)[A-Za-z0-9-]{0,62}(?<!-)$/.test(text) ? accept(text.toLowerCase()) : refuse('must be the identifier of an RDS instance or cluster: letters, digits and "-", a letter first', { got: text });

export const awsRegion: Kind<string> = (text) =>
  /^[a-z]{2}(-[a-z]+)+-\d$/.test(text) ? accept(text) : refuse('must be an AWS region, such as eu-central-1', { got: text });

export const awsAccount: Kind<string> = (text) =>
  /^\d{12}$/.test(text) ? accept(text) : refuse('must be an AWS account id of 12 digits', { got: text });
