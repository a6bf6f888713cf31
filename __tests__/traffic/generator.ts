/**
 * The load, as a process of its own that nothing else disturbs: so many requests a second, each begun when its time has come and not when the
 * one before has ended. On raw sockets, since an HTTP client would take a core for itself at a thousand a second.
 */
import { connect, type Socket } from 'node:net';
import type { LoadPlan, Row } from './load.ts';

const patience = 5000;
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const epoch = performance.timeOrigin;
const now = (): number => epoch + performance.now();

/** A connection and what it waits for. */
type Line = { readonly socket: Socket; used: number; idle: boolean; onAnswer: ((answer: Answer) => void) | undefined; text: string };
type Answer = { readonly why: string; readonly server: string };

const texts = plan.targets.map((target) => `GET ${plan.path} HTTP/1.1\r\nHost: ${target}\r\nConnection: ${plan.mode === 'fresh' ? 'close' : 'keep-alive'}\r\n\r\n`);
const pools: Line[][] = plan.targets.map(() => []);
const rows: Row[] = [];
let lateBy = 0;
let pending = 0;

function open(target: number): Line {
  const socket = connect({ host: plan.targets[target] ?? '', port: 80, noDelay: true });
  const line: Line = { socket, used: 0, idle: false, onAnswer: undefined, text: '' };
  const end = (why: string): void => {
    remove(target, line);
    answer(line, { why, server: '' });
    socket.destroy();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    line.text += chunk;
    const whole = read(line.text);
    if (whole === undefined) return;
    line.text = '';
    if (plan.mode === 'fresh' || whole.last) {
      remove(target, line);
      socket.end();
    } else {
      line.idle = true;
      pools[target]?.push(line);
    }
    answer(line, whole);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  socket.on('end', () => end('closed before its answer'));
  return line;
}

function remove(target: number, line: Line): void {
  const at = pools[target]?.indexOf(line) ?? -1;
  if (at >= 0) pools[target]?.splice(at, 1);
}

function answer(line: Line, given: Answer): void {
  const { onAnswer } = line;
  line.onAnswer = undefined;
  onAnswer?.(given);
}

/** An answer that is there with its last byte; `undefined` while it is not. */
function read(text: string): (Answer & { readonly last: boolean }) | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end).toLowerCase();
  const length = /\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length === undefined) return { why: 'no content-length', server: '', last: true };
  if (text.length < end + 4 + Number(length)) return undefined;
  const status = head.slice(9, 12);
  return { why: status === '200' ? '' : status, server: /\nx-server: (\w+)/.exec(head)?.[1] ?? '', last: head.includes('\nconnection: close') };
}

function send(target: number, line: Line, done: (answer: Answer) => void): void {
  const timer = setTimeout(() => {
    line.onAnswer = undefined;
    remove(target, line);
    line.socket.destroy();
    done({ why: `no answer within ${patience} ms`, server: '' });
  }, patience);
  line.used += 1;
  line.idle = false;
  line.onAnswer = (given) => {
    clearTimeout(timer);
    done(given);
  };
  line.socket.write(texts[target] ?? '');
}

/** The one that was idle for longest is taken first: that one a server has most likely closed. */
function ask(target: number, due: number): void {
  const begun = now();
  lateBy = Math.max(lateBy, begun - due);
  pending += 1;
  const line = pools[target]?.shift() ?? open(target);
  const record = (given: Answer, retried: boolean): void => {
    pending -= 1;
    rows.push([Math.round(begun * 100) / 100, Math.round((now() - begun) * 100) / 100, target, given.why, given.server, retried ? 1 : 0, Math.round((begun - due) * 100) / 100]);
  };
  send(target, line, (first) => {
    // As every HTTP client does: a connection that was in use before may have been closed meanwhile, so the request goes out once more, on a new one.
    if (first.why === '' || line.used === 1 || /^\d+$/.test(first.why)) record(first, false);
    else send(target, open(target), (second) => record(second, true));
  });
}

let number = 0;
let over = false;
const start = now();
const pace = 1000 / plan.rate;
process.stdin.on('data', () => (over = true)).on('end', () => (over = true));

function tick(): void {
  const time = now();
  if (time >= start + plan.seconds * 1000) over = true;
  for (; !over && start + number * pace <= time; number += 1) ask(number % plan.targets.length, start + number * pace);
  if (!over) setTimeout(tick, Math.max(0, start + number * pace - now()));
  else finish();
}

function finish(): void {
  if (pending > 0) {
    setTimeout(finish, 5);
    return;
  }
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ rows, cpuSeconds: (user + system) / 1e6, start, end: now() }), () => process.exit(0));
}

tick();
