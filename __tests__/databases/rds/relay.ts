/**
 * AWS as these tests need it: moto behind a relay. moto keeps names, tags, snapshots and faults. Attributes, which moto copies from the source
 * of a restore or does not know, are kept here, with AWS's documented default for each that a call does not name; and so is time: what is
 * made becomes available when the test's clock says so, in the states that the test scripts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { made, modified, type Attributes, type Form } from './aws-defaults.ts';
import { overlaid, valueOf } from './xml.ts';

/** From so many milliseconds after it was asked for, it is in this state, done to this percentage. */
export type State = readonly [after: number, status: string, percent?: number];
export type Call = { readonly action: string; readonly form: Form; readonly at: number };
/** What the relay answers instead; `carriedOut`: after AWS did what was asked. `reset` cuts the connection. */
export type Fault = { readonly status: number; readonly code: string; readonly message: string; readonly carriedOut?: boolean } | 'reset';

type Kind = 'instance' | 'cluster' | 'snapshot' | 'cluster-snapshot';
type Thing = { attributes: Attributes; born: number; states: readonly State[]; changes: { at: number; attributes: Attributes }[] };

const second = 1000;
const minute = 60 * second;
const restoring: readonly State[] = [[0, 'creating'], [10 * minute, 'backing-up'], [13 * minute, 'available']];
const snapshotting: readonly State[] = [[0, 'creating', 0], [minute, 'creating', 55], [2 * minute, 'available', 100]];
/** A change is taken at once, seen as `modifying` a little later, and in force after that. */
const changing = { seen: 15 * second, done: 75 * second };

const elementsOf: Readonly<Record<Kind, readonly [element: string, id: string, status: string]>> = {
  instance: ['DBInstance', 'DBInstanceIdentifier', 'DBInstanceStatus'], cluster: ['DBCluster', 'DBClusterIdentifier', 'Status'],
  snapshot: ['DBSnapshot', 'DBSnapshotIdentifier', 'Status'], 'cluster-snapshot': ['DBClusterSnapshot', 'DBClusterSnapshotIdentifier', 'Status'],
};

export class Relay {
  readonly calls: Call[] = [];
  /** Waited for before anything becomes of a call. */
  before: (call: Call) => Promise<void> = () => Promise.resolve();
  /** Asked in order before each call; the first that answers is the answer. */
  faults: ((call: Call) => Fault | undefined)[] = [];
  quotas: readonly (readonly [name: string, used: number, max: number])[] = [['DBInstances', 2, 40], ['ManualSnapshots', 3, 100], ['AllocatedStorage', 500, 100_000], ['DBClusters', 1, 40], ['ManualClusterSnapshots', 1, 100]];
  /** Of what is made under this name next. */
  readonly scripts = new Map<string, readonly State[]>();
  readonly #things = new Map<string, Thing>();
  readonly #moto: string;
  readonly #now: () => number;
  #renames: { at: number; kind: 'instance' | 'cluster'; from: string; to: string; authorization: string }[] = [];
  #made = 0;

  constructor(moto: string, now: () => number) {
    [this.#moto, this.#now] = [moto, now];
  }

  /** Sets what DescribeDB… tells, as XML, by its field. An empty text takes the field away. */
  set(kind: Kind, id: string, fields: Readonly<Record<string, string>>): void {
    const { attributes } = this.#thing(kind, id);
    for (const [field, value] of Object.entries(fields)) attributes.set(field, value);
  }

  get(kind: Kind, id: string, field: string): string {
    return this.#thing(kind, id).attributes.get(field) ?? '';
  }

  /** When it became, or becomes, available. */
  availableAt(kind: Kind, id: string): number {
    const { born, states } = this.#thing(kind, id);
    return born + (states.find(([, status]) => status === 'available')?.[0] ?? Number.POSITIVE_INFINITY);
  }

  count(action: string): number {
    return this.calls.filter((call) => call.action === action).length;
  }

  /** Whatever state it was in, from now on it is in these. */
  become(kind: Kind, id: string, states: readonly State[]): void {
    Object.assign(this.#thing(kind, id), { born: this.#now(), states });
  }

  async listen(): Promise<{ readonly url: string; close(): void }> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch((thrown: unknown) => {
        response.writeHead(599).end(String(thrown));
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const address = server.address();
    return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, close: () => { server.closeAllConnections(); server.close(); } };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const call = { action: form.get('Action') ?? '', form, at: this.#now() };
    this.calls.push(call);
    await this.before(call);
    const authorization = request.headers.authorization ?? '';
    const fault = this.faults.map((one) => one(call)).find((one) => one !== undefined);
    if (fault === 'reset') return void request.socket.destroy();
    if (fault?.carriedOut !== true && fault !== undefined) return answer(response, fault.status, refusal(fault.code, fault.message));
    const { status, xml } = await this.#handle(form, authorization).catch((thrown: unknown) => {
      const [, code, message] = /^Error: (\w+): (.*)$/s.exec(String(thrown)) ?? [];
      if (code === undefined || message === undefined) throw thrown;
      return { status: 400, xml: refusal(code, message) };
    });
    if (fault !== undefined) return answer(response, fault.status, refusal(fault.code, fault.message));
    answer(response, status, this.#overlay(xml));
  }

  async #handle(form: Form, authorization: string): Promise<{ status: number; xml: string }> {
    await this.#carryOutRenames();
    const action = form.get('Action') ?? '';
    const id = (name: string): string => form.get(name) ?? '';
    const forward = (...names: readonly string[]) => this.#forward(new URLSearchParams([...form].filter(([key]) => names.length === 0 || ['Action', 'Version', ...names].includes(key) || key.startsWith('Tags.'))), authorization);
    switch (action) {
      case 'DescribeAccountAttributes':
        return { status: 200, xml: `<R><DescribeAccountAttributesResult><AccountQuotas>${this.quotas.map(([name, used, max]) => `<AccountQuota><AccountQuotaName>${name}</AccountQuotaName><Used>${used}</Used><Max>${max}</Max></AccountQuota>`).join('')}</AccountQuotas></DescribeAccountAttributesResult></R>` };
      case 'CreateDBInstance':
        return this.#make('instance', id('DBInstanceIdentifier'), form, new Map(), () => forward('DBInstanceIdentifier', 'DBInstanceClass', 'Engine', 'MasterUsername', 'MasterUserPassword', 'AllocatedStorage', 'DBClusterIdentifier'));
      case 'CreateDBCluster':
        return this.#make('cluster', id('DBClusterIdentifier'), form, new Map(), () => forward('DBClusterIdentifier', 'Engine', 'MasterUsername', 'MasterUserPassword'));
      case 'RestoreDBInstanceFromDBSnapshot':
        return this.#make('instance', id('DBInstanceIdentifier'), form, this.#thing('snapshot', lastPart(id('DBSnapshotIdentifier'))).attributes, () => forward('DBInstanceIdentifier', 'DBSnapshotIdentifier'));
      case 'RestoreDBInstanceToPointInTime':
        return this.#make('instance', id('TargetDBInstanceIdentifier'), form, this.#thing('instance', id('SourceDBInstanceIdentifier')).attributes, () => forward('SourceDBInstanceIdentifier', 'TargetDBInstanceIdentifier', 'UseLatestRestorableTime', 'RestoreTime'));
      case 'RestoreDBClusterFromSnapshot':
        return this.#make('cluster', id('DBClusterIdentifier'), form, this.#thing('cluster-snapshot', id('SnapshotIdentifier')).attributes, () => forward('DBClusterIdentifier', 'SnapshotIdentifier', 'Engine'));
      case 'RestoreDBClusterToPointInTime':
        return this.#make('cluster', id('DBClusterIdentifier'), form, this.#thing('cluster', id('SourceDBClusterIdentifier')).attributes, () => forward('DBClusterIdentifier', 'SourceDBClusterIdentifier', 'UseLatestRestorableTime'));
      case 'CreateDBSnapshot':
        return this.#snapshot('snapshot', this.#available('instance', id('DBInstanceIdentifier')), id('DBSnapshotIdentifier'), forward);
      case 'CreateDBClusterSnapshot':
        return this.#snapshot('cluster-snapshot', this.#available('cluster', id('DBClusterIdentifier')), id('DBClusterSnapshotIdentifier'), forward);
      case 'ModifyDBInstance':
        return this.#modify('instance', id('DBInstanceIdentifier'), form.get('NewDBInstanceIdentifier'), form, authorization);
      case 'ModifyDBCluster':
        return this.#modify('cluster', id('DBClusterIdentifier'), form.get('NewDBClusterIdentifier'), form, authorization);
      case 'RebootDBInstance': {
        const thing = this.#available('instance', id('DBInstanceIdentifier'));
        Object.assign(thing, { born: this.#now(), states: [[0, 'rebooting'], [minute, 'available']] });
        thing.attributes.set('DBParameterGroups', (thing.attributes.get('DBParameterGroups') ?? '').replace('pending-reboot', 'in-sync'));
        return forward();
      }
      case 'AddRoleToDBInstance':
        this.#available('instance', id('DBInstanceIdentifier'));
        return forward();
      default:
        return forward();
    }
  }

  async #make(kind: 'instance' | 'cluster', id: string, form: Form, original: ReadonlyMap<string, string>, forward: () => Promise<{ status: number; xml: string }>): Promise<{ status: number; xml: string }> {
    if (this.#things.has(`${kind}/${id}`)) throw new Error(kind === 'instance' ? 'DBInstanceAlreadyExists: DB instance already exists' : 'DBClusterAlreadyExistsFault: DB Cluster already exists');
    const attributes = made(kind, form, original);
    const answered = await forward();
    if (answered.status === 200) {
      attributes.set(kind === 'instance' ? 'DbiResourceId' : 'DbClusterResourceId', `${kind === 'instance' ? 'db' : 'cluster'}-R${++this.#made}`);
      const states = this.scripts.get(id) ?? (form.get('Action')?.startsWith('Restore') === true || form.has('DBClusterIdentifier') && kind === 'instance' ? restoring : [[0, 'available'] as const]);
      this.#things.set(`${kind}/${id}`, { attributes, born: this.#now(), states, changes: [] });
    }
    return answered;
  }

  async #snapshot(kind: 'snapshot' | 'cluster-snapshot', of: Thing, id: string, forward: () => Promise<{ status: number; xml: string }>): Promise<{ status: number; xml: string }> {
    const answered = await forward();
    if (answered.status === 200) this.#things.set(`${kind}/${id}`, { attributes: new Map(of.attributes), born: this.#now(), states: this.scripts.get(id) ?? snapshotting, changes: [] });
    return answered;
  }

  async #modify(kind: 'instance' | 'cluster', id: string, to: string | null, form: Form, authorization: string): Promise<{ status: number; xml: string }> {
    const thing = this.#available(kind, id);
    const now = this.#now();
    const attributes = modified(kind, form);
    if (to !== null) this.#renames.push({ at: now + changing.seen, kind, from: id, to, authorization });
    if (attributes.size > 0) {
      thing.changes.push({ at: now + changing.done, attributes });
      Object.assign(thing, { born: now, states: [[0, 'available'], [changing.seen, 'modifying'], [changing.done, 'available']] });
    }
    const [element, name] = elementsOf[kind];
    return { status: 200, xml: `<R><${form.get('Action') ?? ''}Result><${element}><${name}>${id}</${name}></${element}></${form.get('Action') ?? ''}Result></R>` };
  }

  async #carryOutRenames(): Promise<void> {
    const due = this.#renames.filter(({ at }) => at <= this.#now());
    this.#renames = this.#renames.filter((one) => !due.includes(one));
    for (const { at, kind, from, to, authorization } of due) {
      const thing = this.#thing(kind, from);
      const of = kind === 'instance' ? 'DBInstance' : 'DBCluster';
      await this.#forward(new URLSearchParams({ Action: `Modify${of}`, Version: '2014-10-31', [`${of}Identifier`]: from, [`New${of}Identifier`]: to, ApplyImmediately: 'true' }), authorization);
      this.#things.delete(`${kind}/${from}`);
      this.#things.set(`${kind}/${to}`, { ...thing, born: at, states: [[0, 'renaming'], [3 * minute, 'rebooting'], [4 * minute, 'available']] });
    }
  }

  #thing(kind: Kind, id: string): Thing {
    const thing = this.#things.get(`${kind}/${id}`);
    if (thing === undefined) throw new Error(`${kind === 'instance' ? 'DBInstanceNotFound' : kind === 'cluster' ? 'DBClusterNotFoundFault' : 'DBSnapshotNotFound'}: ${id} not found.`);
    return thing;
  }

  #available(kind: 'instance' | 'cluster', id: string): Thing {
    const thing = this.#thing(kind, id);
    const [, status] = this.#stateOf(thing);
    if (status !== 'available' || this.#renames.some((one) => one.kind === kind && one.from === id)) throw new Error(`${kind === 'instance' ? 'InvalidDBInstanceState' : 'InvalidDBClusterStateFault'}: ${id} is not in available state.`);
    return thing;
  }

  #stateOf({ born, states }: Thing): State {
    return states.findLast(([after]) => born + after <= this.#now()) ?? [0, 'creating'];
  }

  async #forward(form: Form, authorization: string): Promise<{ status: number; xml: string }> {
    const answered = await fetch(this.#moto, { method: 'POST', body: form.toString(), headers: { authorization, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } });
    return { status: answered.status, xml: await answered.text() };
  }

  #overlay(xml: string): string {
    return Object.entries(elementsOf).reduce((told, [kind, [element, idName, statusName]]) => told.replaceAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'), (whole, inner: string) => {
      const id = valueOf(inner, idName);
      const thing = this.#things.get(`${kind}/${id}`);
      if (thing === undefined) return whole;
      for (const change of thing.changes.filter(({ at }) => at <= this.#now())) for (const [field, value] of change.attributes) thing.attributes.set(field, value);
      thing.changes = thing.changes.filter(({ at }) => at > this.#now());
      const [, status, percent] = this.#stateOf(thing);
      const values = kind.endsWith('snapshot') ? new Map(['Engine', 'EngineVersion', 'AllocatedStorage', 'KmsKeyId'].map((field) => [field, thing.attributes.get(field) ?? ''])) : new Map(thing.attributes);
      values.delete('Port');
      values.set(statusName, status);
      values.set('PercentProgress', percent === undefined ? '' : String(percent));
      if (kind === 'instance') values.set('Endpoint', `<Address>${id}.abcdefgh.eu-central-1.rds.amazonaws.com</Address><Port>${thing.attributes.get('Port') ?? ''}</Port>`);
      if (kind === 'cluster') values.set('Port', thing.attributes.get('Port') ?? '').set('Endpoint', `${id}.cluster-abcdefgh.eu-central-1.rds.amazonaws.com`);
      for (const [field, value] of values) if (value === '' && ['Engine', 'MasterUsername', 'DBName'].includes(field)) values.delete(field);
      return `<${element}>${overlaid(inner, values)}</${element}>`;
    }), xml);
  }
}

function lastPart(id: string): string {
  return id.split(':').at(-1) ?? id;
}

function refusal(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
}

function answer(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
}
