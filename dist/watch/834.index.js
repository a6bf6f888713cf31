"use strict";
exports.id = 834;
exports.ids = [834];
exports.modules = {

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