"use strict";
exports.id = 108;
exports.ids = [108,834];
exports.modules = {

/***/ 3108:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  connect: () => (/* binding */ connect)
});

// EXTERNAL MODULE: ./node_modules/node-ssh/lib/esm/index.mjs + 2 modules
var esm = __webpack_require__(9487);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9984);
;// CONCATENATED MODULE: ./build/adapters/ssh/algorithms.js
const signatures = {
    'ssh-ed25519': ['ssh-ed25519'],
    'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
    'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
    'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
    'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};
/**
 * What we offer a host. Only the key types that are pinned for it, so that it answers with one that can be compared; every type when none
 * is, to be able to name the key that is then refused. No SHA-1. No group exchange (ssh2 blocks for 1.7 s), no chacha20-poly1305
 * (ssh2 hangs through a jump host) and no -etm: without the two, Terrapin (CVE-2023-48795) has nothing to cut.
 */
function offered(pinned) {
    const types = new Set(pinned.filter(({ revoked }) => !revoked).map(({ type }) => type));
    const all = Object.entries(signatures).filter(([type]) => types.size === 0 || [...types].some((one) => one === type));
    return {
        serverHostKey: all.flatMap(([, names]) => names),
        kex: [
            'curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521',
            'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
        ],
        cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
        hmac: ['hmac-sha2-256', 'hmac-sha2-512'],
        compress: ['none'],
    };
}

;// CONCATENATED MODULE: ./build/adapters/ssh/bounded.js
/** Keeps the beginning and the end of a stream of bytes, whatever its length. Decoded whole, so no character breaks between chunks. */
class Bounded {
    #firstKept;
    #lastKept;
    #first = [];
    #firstBytes = 0;
    #last = [];
    #lastBytes = 0;
    #dropped = false;
    constructor(firstKept, lastKept) {
        this.#firstKept = firstKept;
        this.#lastKept = lastKept;
    }
    add(chunk) {
        const room = Math.min(this.#firstKept - this.#firstBytes, chunk.length);
        if (room > 0) {
            this.#first.push(chunk.subarray(0, room));
            this.#firstBytes += room;
        }
        if (room === chunk.length)
            return;
        this.#last.push(chunk.subarray(room));
        this.#lastBytes += chunk.length - room;
        for (let oldest = this.#last[0]; oldest !== undefined && this.#lastBytes > this.#lastKept; oldest = this.#last[0]) {
            const excess = this.#lastBytes - this.#lastKept;
            this.#dropped = true;
            if (oldest.length <= excess)
                this.#last.shift();
            else
                this.#last[0] = oldest.subarray(excess);
            this.#lastBytes -= Math.min(oldest.length, excess);
        }
    }
    /** The text; `gap` is where in it bytes are missing. */
    text() {
        if (!this.#dropped)
            return { text: Buffer.concat([...this.#first, ...this.#last]).toString('utf8') };
        const first = Buffer.concat(this.#first).toString('utf8');
        return { text: first + Buffer.concat(this.#last).toString('utf8'), gap: first.length };
    }
}

;// CONCATENATED MODULE: ./build/adapters/ssh/connection.js


const chunkSize = 64 * 1024;
const kept = { first: 64 * 1024, last: 1024 * 1024, stderr: 4 * 1024 };
/** Wraps a client that is ready. `command` is all that ever stands on its command line. */
function wrap(client, name, command, health) {
    return {
        get alive() {
            return health.lost === undefined;
        },
        exec: (stdin, limit) => exec(client, health, command, stdin, limit),
        dial: (address, port) => dial(client, health, name, address, port),
        [Symbol.asyncDispose]: () => connection_close(client, health),
    };
}
function watch(client) {
    let lost;
    const callbacks = new Set();
    const lose = (why) => {
        if (lost !== undefined)
            return;
        lost = why;
        for (const callback of callbacks)
            callback(why);
        callbacks.clear();
    };
    // Without a listener for every single `error`, a reset or a keepalive timeout ends the process.
    client.on('error', (error) => lose(error.message));
    client.on('end', () => lose('the host closed the connection'));
    client.on('close', () => lose('the connection was closed'));
    return {
        get lost() {
            return lost;
        },
        onLost(callback) {
            if (lost === undefined)
                callbacks.add(callback);
            else
                callback(lost);
            return () => callbacks.delete(callback);
        },
    };
}
function exec(client, health, command, stdin, limit) {
    return new Promise((resolve) => {
        let channel;
        const settle = (end) => {
            clearTimeout(timer);
            stopListening();
            channel?.close();
            resolve(end);
        };
        const timer = setTimeout(() => settle({ kind: 'timeout', why: `no answer within ${limit / 1000} s` }), limit);
        let stopListening = () => { };
        stopListening = health.onLost((why) => settle({ kind: 'lost', why }));
        if (health.lost !== undefined)
            return;
        try {
            client.exec(command, (error, opened) => {
                if (error !== undefined)
                    return settle({ kind: 'lost', why: error.message });
                channel = opened;
                follow(opened, settle);
                void feed(opened, Buffer.from(stdin));
            });
        }
        catch (error) {
            settle({ kind: 'lost', why: String(error) });
        }
    });
}
/** Only an exit status makes an end: a channel that closes without one tells nothing of the command. */
function follow(channel, settle) {
    const stdout = new Bounded(kept.first, kept.last);
    const stderr = new Bounded(0, kept.stderr);
    let exit;
    channel.on('data', (chunk) => stdout.add(chunk));
    channel.stderr.on('data', (chunk) => stderr.add(chunk));
    channel.on('error', () => { });
    channel.on('exit', (code, signal) => {
        exit = signal === undefined ? { code } : { code, signal };
    });
    channel.on('close', () => {
        if (exit === undefined)
            return settle({ kind: 'lost', why: 'the connection closed before the command ended' });
        if (exit.code === null)
            return settle({ kind: 'lost', why: `the shell on the host was ended by ${exit.signal ?? 'a signal'}` });
        const { text, gap } = stdout.text();
        settle({ kind: 'ended', code: exit.code, stdout: text, ...(gap === undefined ? {} : { gap }), stderr: stderr.text().text });
    });
}
/** Writes no faster than the host reads; stops when the channel closes. */
async function feed(channel, bytes) {
    let closed = false;
    const closing = new Promise((resolve) => {
        channel.once('close', () => {
            closed = true;
            resolve();
        });
    });
    for (let at = 0; at < bytes.length && !closed; at += chunkSize) {
        if (channel.write(bytes.subarray(at, at + chunkSize)))
            continue;
        let drained = () => { };
        await Promise.race([closing, new Promise((resolve) => channel.once('drain', (drained = resolve)))]);
        channel.off('drain', drained);
    }
    if (!closed)
        channel.end();
}
function dial(client, health, name, address, port) {
    const socket = address.startsWith('/');
    const place = socket ? address : `${address}:${port}`;
    return new Promise((resolve, reject) => {
        const gone = (why) => new errors/* RollbackError */.ZS({
            what: `the connection was lost while it led to ${place}`, code: 'host-lost', host: name, why,
            fix: 'Look whether the host is up and its sshd runs, then run the rollback again',
        });
        const stopListening = health.onLost((why) => reject(gone(why)));
        if (health.lost !== undefined)
            return;
        const refuse = (error) => {
            stopListening();
            // ssh2 knows a moment before we do.
            if (isLost(error))
                return reject(gone(error.message));
            reject(forbidsForwarding(error)
                ? new errors/* RollbackError */.ZS({
                    what: `sshd does not let this user connect to ${place}`, code: 'no-rights', host: name,
                    fix: `Allow it in sshd_config: ${socket ? '"AllowStreamLocalForwarding local"' : '"AllowTcpForwarding local" and a PermitOpen that has the address'}; no "restrict" or "no-port-forwarding" in authorized_keys`,
                })
                : error instanceof Error ? error : new Error(String(error)));
        };
        try {
            const opened = (error, channel) => {
                if (error !== undefined)
                    return refuse(error);
                stopListening();
                // A stream that just ends would look like the address's own answer.
                const stop = health.onLost((why) => {
                    if (channel.listenerCount('error') > 0)
                        channel.emit('error', gone(why));
                });
                channel.once('close', stop);
                resolve(channel);
            };
            if (socket)
                client.openssh_forwardOutStreamLocal(address, opened);
            else
                client.forwardOut('127.0.0.1', 0, address, port, opened);
        }
        catch (error) {
            refuse(error);
        }
    });
}
/** What ssh2 says of a channel on a connection that is gone: it was never the address that was asked. */
function isLost(error) {
    return error instanceof Error && /^(Not connected|No response from server)$/.test(error.message);
}
/** RFC 4254 5.1: SSH_OPEN_ADMINISTRATIVELY_PROHIBITED. */
function forbidsForwarding(error) {
    return error instanceof Error && 'reason' in error && error.reason === 1;
}
async function connection_close(client, health) {
    if (health.lost === undefined) {
        let timer;
        await new Promise((resolve) => {
            timer = setTimeout(resolve, 500);
            health.onLost(() => resolve());
            client.end();
        });
        clearTimeout(timer);
    }
    client.destroy();
}

// EXTERNAL MODULE: ./build/adapters/ssh/failures.js
var failures = __webpack_require__(834);
// EXTERNAL MODULE: ./build/adapters/ssh/known-hosts.js
var known_hosts = __webpack_require__(2332);
;// CONCATENATED MODULE: ./build/adapters/ssh/connect.js






/**
 * One try to connect; `through` is the way over a jump host.
 * @throws RollbackError `host-unreachable`, `host-key-mismatch`, `authentication-failed`
 */
async function connect(host, credentials, through) {
    const pinned = (0,known_hosts/* keysFor */.qm)(credentials.knownHosts, host.address, host.port);
    let verdict;
    const config = {
        ...(through === undefined ? { host: host.address, port: host.port } : { sock: through }),
        username: host.user,
        authHandler: onlyKey(host.user, credentials.key),
        algorithms: offered(pinned),
        readyTimeout: credentials.timeout,
        keepaliveInterval: credentials.keepalive,
        keepaliveCountMax: 3,
        // ssh2 lets every host through unless this answers exactly `false`, and at once.
        hostVerifier: (key) => {
            let ok = false;
            try {
                verdict = (0,known_hosts/* judge */.S4)(pinned, key);
                ok = verdict.kind === 'known';
            }
            catch {
                ok = false;
            }
            return ok === true;
        },
    };
    const ssh = new esm/* NodeSSH */.H();
    const connecting = ssh.connect(config);
    // Set by then, and gone as soon as the connection is.
    const client = ssh.connection;
    if (client === null)
        throw await connecting.then(() => new Error('node-ssh made no connection'));
    const health = watch(client);
    try {
        await connecting;
    }
    catch (error) {
        client.destroy();
        throw new errors/* RollbackError */.ZS(failureOf(error, host, credentials, pinned, verdict), { cause: error });
    }
    // ssh2 leaves Nagle's algorithm on: a run of five commands takes 0.93 s with it and 0.32 s without.
    client.setNoDelay(true);
    return wrap(client, host.name, credentials.command, health);
}
/** One method, one key, and then no more: `false` is what tells ssh2 so, though its types do not know. */
function onlyKey(username, { parsed }) {
    let asked = false;
    return (_left, _partial, next) => {
        if (asked)
            return false;
        asked = true;
        return next({ type: 'publickey', username, key: parsed });
    };
}
function failureOf(error, host, { key }, pinned, verdict) {
    const why = (0,errors/* messageOf */.bD)(error);
    if (verdict !== undefined && verdict.kind !== 'known')
        return (0,failures.wrongHostKey)(host, verdict);
    if (/no matching host key/i.test(why))
        return (0,failures.noPinnedKeyType)(host, pinned.map((entry) => (0,known_hosts/* describe */.q0)(entry.key)));
    const level = error instanceof Error && 'level' in error ? error.level : undefined;
    if (level === 'client-authentication')
        return (0,failures.notLetIn)(host, key.fingerprint);
    return (0,failures.unreachable)(host, why);
}


/***/ }),

/***/ 834:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   noPinnedKeyType: () => (/* binding */ noPinnedKeyType),
/* harmony export */   notLetIn: () => (/* binding */ notLetIn),
/* harmony export */   unreachable: () => (/* binding */ unreachable),
/* harmony export */   wrongHostKey: () => (/* binding */ wrongHostKey)
/* harmony export */ });
/** `ssh-keyscan -t ed25519 -p 2222 web-1`: what a person runs once, at a quiet hour, and never a workflow. */
function keyscan({ address, port }, keys) {
    const types = [...new Set(keys.map((key) => /^(?:ssh-)?(ed25519|rsa|ecdsa)/.exec(key)?.[1] ?? 'ed25519'))];
    return `ssh-keyscan -t ${types.join(',')}${port === 22 ? '' : ` -p ${port}`} ${address}`;
}
function compare(host, key) {
    const type = /^(?:ssh-)?(ed25519|rsa|ecdsa)/.exec(key)?.[1] ?? 'ed25519';
    return `${keyscan(host, [key])} | tee /dev/stderr | ssh-keygen -lf - , compare its fingerprint with that of `
        + `"ssh-keygen -lf /etc/ssh/ssh_host_${type}_key.pub" on the host's own console, and only if they are the same put the line into `
        + 'Input "ssh-known-hosts"';
}
function wrongHostKey(host, verdict) {
    const base = { code: 'host-key-mismatch', host: host.name };
    switch (verdict.kind) {
        case 'unknown':
            return { ...base, what: `the host key is not known: got ${verdict.offered}`, fix: `Run once: ${compare(host, verdict.offered)}` };
        case 'changed':
            return {
                ...base,
                what: `the host key is not the known one: expected ${verdict.expected.join(' or ')}, got ${verdict.offered}`,
                fix: `Somebody may be in between. Find out why the key changed; if it was renewed, run once: ${compare(host, verdict.offered)}`,
            };
        case 'revoked':
            return {
                ...base,
                what: `the host key is revoked: got ${verdict.offered}`,
                fix: `Give the host a new key (ssh-keygen -A after removing the old), then run once: ${compare(host, verdict.offered)}`,
            };
    }
}
/** The host has none of the key types that are pinned for it. */
function noPinnedKeyType(host, pinned) {
    return {
        code: 'host-key-mismatch',
        host: host.name,
        what: `the host has no key of the known type: expected ${pinned.join(' or ')}`,
        fix: `Run once: ${compare(host, 'ssh-ed25519')}`,
    };
}
function notLetIn(host, fingerprint) {
    return {
        code: 'authentication-failed',
        host: host.name,
        what: `the user ${host.user} was not let in with the key ${fingerprint}`,
        fix: `Add the key's public half to ~${host.user}/.ssh/authorized_keys on the host (ssh-keygen -y -f <key>), look that the file and `
            + 'its folders belong to the user and that AllowUsers names it; the reason is in: journalctl -u ssh -n 20',
    };
}
function unreachable(host, why) {
    const base = { code: 'host-unreachable', host: host.name, what: `cannot connect to ${host.address}:${host.port}`, why };
    const at = `${host.address} ${host.port}`;
    if (/ENOTFOUND|EAI_AGAIN/.test(why)) {
        return { ...base, fix: `Check the name: the runner cannot resolve it (getent hosts ${host.address})` };
    }
    if (/ECONNREFUSED|Connection refused/.test(why)) {
        return { ...base, fix: `Nothing listens there: check the port, and on the host's console "systemctl status ssh" (nc -vz ${at})` };
    }
    if (/no matching/.test(why)) {
        return { ...base, fix: 'Update sshd on the host, or allow it curve25519-sha256, aes128-gcm@openssh.com and hmac-sha2-256' };
    }
    return { ...base, fix: `Look whether the host is up and a firewall lets the runner through (nc -vz ${at})` };
}


/***/ })

};
;