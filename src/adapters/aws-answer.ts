/** What AWS answered to one request, without the SDK's own objects: those carry requests, headers and credentials. */
import type { Asked } from '../databases/rds/port.ts';

/** Read by name: the classes of two clients are not the same. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html */
const noCredentials = /^(ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClient(Exception)?|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|CredentialsProviderError|TokenProviderError|RequestExpired|AuthFailure|InvalidAccessKeyId|NotAuthorizedException)$/;
const throttled = /^(Throttling(Exception)?|ThrottledException|RequestThrottled(Exception)?|TooManyRequestsException|RequestLimitExceeded|PriorRequestNotComplete|SlowDown|EC2ThrottledException|BandwidthLimitExceeded|LimitExceededException)$/;
const inTrouble = /^(InternalFailure|InternalError|InternalServerError|ServiceUnavailable|TimeoutError|RequestTimeout(Exception)?|NetworkingError|AbortError|IDPCommunicationError)$/;

/** @param absent codes that mean: there is none of that name */
export async function asked<T>(question: () => Promise<T>, absent?: RegExp): Promise<Asked<T | undefined>> {
  try {
    return { kind: 'answered', value: await question() };
  } catch (thrown) {
    const { code, message, status } = readError(thrown);
    if (absent?.test(code) === true) return { kind: 'answered', value: undefined };
    if (noCredentials.test(code)) return { kind: 'credentials', code, message };
    if (throttled.test(code) || inTrouble.test(code) || (status !== undefined && (status >= 500 || status === 429))) return { kind: 'later', why: `${code}: ${message}` };
    // AWS was not heard: the name did not resolve, the connection was refused, reset or cut.
    return /^E[A-Z_]+$/.test(code) || message === 'socket hang up' ? { kind: 'later', why: `${code}: ${message}` } : { kind: 'refused', code, message };
  }
}

/** A question to which there is always an answer. */
export async function askedFor<T>(question: () => Promise<T>): Promise<Asked<T>> {
  const answer = await asked(async () => ({ got: await question() }));
  if (answer.kind !== 'answered') return answer;
  return answer.value === undefined ? { kind: 'later', why: 'AWS gave no answer' } : { kind: 'answered', value: answer.value.got };
}

function readError(thrown: unknown): { readonly code: string; readonly message: string; readonly status: number | undefined } {
  if (!(thrown instanceof Error)) return { code: 'Error', message: 'no reason given', status: undefined };
  const fields = new Map<string, unknown>(Object.entries(thrown));
  const system = fields.get('code');
  const status = new Map<string, unknown>(Object.entries(fields.get('$metadata') ?? {})).get('httpStatusCode');
  const code = thrown.name !== 'Error' ? thrown.name : typeof system === 'string' ? system : 'Error';
  return { code: clean(code), message: clean(thrown.message), status: typeof status === 'number' ? status : undefined };
}

/** One line, without control characters. */
function clean(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim().slice(0, 500);
}
