/** What the deployment record of a rollback says: its payload, and the description of its last status. Pure; believes nothing. */

export type Payload = {
  /** Full SHAs, or whatever was gone back between: colours. */
  readonly from: string;
  readonly to: string;
  /** Empty where the record does not say. */
  readonly reason: string;
  readonly actor: string;
  readonly trigger: string;
  readonly method: string;
  readonly runUrl: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly detectedAt?: string;
  readonly drill: boolean;
};

/** @returns undefined for what does not say from where to where it went. JSON, and where it was passed as a text JSON within JSON */
export function readPayload(value: unknown): Payload | undefined {
  const read = parsed(parsed(value));
  const fields: ReadonlyMap<string, unknown> = new Map(typeof read === 'object' && read !== null ? Object.entries(read) : []);
  const words = (name: string): string => { const field = fields.get(name); return typeof field === 'string' ? field : ''; };
  const time = (name: string): string => (Number.isNaN(Date.parse(words(name))) ? '' : words(name));
  const [from, to, detectedAt] = [words('from'), words('to'), time('detectedAt')];
  if (from === '' || to === '') return undefined;
  return {
    from, to, reason: words('reason'), actor: words('actor'), trigger: words('trigger'), method: words('method'), runUrl: words('runUrl'),
    startedAt: time('startedAt'), ...(detectedAt === '' ? {} : { detectedAt }), drill: fields.get('drill') === true,
  };
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const results = ['rolled-back', 'refused', 'undone', 'failed', 'cancelled'] as const;

/** Seconds, and rows. What was not measured is absent. */
export type Measured = {
  readonly result: (typeof results)[number];
  /** From the start of the run to its end. */
  readonly seconds: number;
  /** From the detection of the trouble to the end of the run. */
  readonly recoverySeconds?: number;
  /** Of a drill: until production was back, and from there until it was as it was found. */
  readonly drill?: { readonly backSeconds: number; readonly forwardSeconds: number };
  readonly downtime?: { readonly total: number; readonly caused: number };
  readonly lostRows?: number;
};

const time = (name: string): string => String.raw`(?<${name}>\d+\.\d) s`;
const form = new RegExp([
  String.raw`^(?<result>${results.join('|')})(?: \([a-z-]+\))? in ${time('seconds')}(?:, ${time('recovery')} after detection)?`,
  `(?:; back ${time('back')}, forward ${time('forward')})?`,
  String.raw`(?:; down ${time('total')} \(${time('caused')} caused\))?`,
  String.raw`(?:; (?<rows>\d+) rows? lost)?$`,
].join(''));

/** `rolled-back in 41.2 s, 95.0 s after detection; down 3.1 s (2.0 s caused); 0 rows lost`; undefined for any other text. */
export function measuredOf(description: string): Measured | undefined {
  const found = form.exec(description)?.groups;
  const result = results.find((each) => each === found?.['result']);
  if (found === undefined || result === undefined) return undefined;
  const number = (name: string): number | undefined => (found[name] === undefined ? undefined : Number(found[name]));
  const [recovery, back, forward, total, caused, lostRows] = ['recovery', 'back', 'forward', 'total', 'caused', 'rows'].map(number);
  return {
    result, seconds: number('seconds') ?? 0,
    ...(recovery === undefined ? {} : { recoverySeconds: recovery }),
    ...(back === undefined || forward === undefined ? {} : { drill: { backSeconds: back, forwardSeconds: forward } }),
    ...(total === undefined || caused === undefined ? {} : { downtime: { total, caused } }),
    ...(lostRows === undefined ? {} : { lostRows }),
  };
}
