"use strict";
exports.id = 414;
exports.ids = [414];
exports.modules = {

/***/ 7414:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  hurlAt: () => (/* binding */ hurlAt),
  openHurl: () => (/* binding */ openHurl)
});

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9984);
// EXTERNAL MODULE: ./node_modules/@actions/tool-cache/lib/tool-cache.js + 2 modules
var tool_cache = __webpack_require__(9805);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./build/adapters/hurl-tool.js
/** Where Hurl is on this runner: on the PATH, in the tool cache, or fetched into it. */









/** The sums are those that Hurl's makers publish, in their npm package of the same version too. */
const pinnedHurl = {
    version: '8.0.1',
    from: 'https://github.com/Orange-OpenSource/hurl/releases/download/8.0.1',
    archives: {
        'linux-x64': { name: 'hurl-8.0.1-x86_64-unknown-linux-gnu', sha256: 'cac7c4670d69444db120edb21fe06c97ba8c80dcc52279957c8dd18f05fb0c06' },
        'linux-arm64': { name: 'hurl-8.0.1-aarch64-unknown-linux-gnu', sha256: 'bc4732df4754748e9bf296aa3832ec019f798afb399f1279b72ed37b6e04525c' },
        'darwin-x64': { name: 'hurl-8.0.1-x86_64-apple-darwin', sha256: '55e95bb7a8d61ae6919eaaf96f260f0836f5b34c1b0f7731e38be803f6984367' },
        'darwin-arm64': { name: 'hurl-8.0.1-aarch64-apple-darwin', sha256: 'b57928e246617df73cb1b2157f31f507dcbde6ae12e828cc53dde0e40e05bbbb' },
    },
};
/** Older ones read other variables (`HURL_name`) and lack `--secret`'s environment. */
const oldest = 8;
const run = (0,external_node_util_.promisify)(external_node_child_process_.execFile);
/**
 * The program to call. What is fetched is looked at before it is unpacked, and kept for the next job where the runner keeps its tool cache.
 * @param patience for all of the download
 * @throws RollbackError `missing-tool`
 */
async function findHurl(log, release = pinnedHurl, patience = 120_000) {
    const onPath = await versionOf('hurl');
    if ('major' in onPath && onPath.major >= oldest)
        return 'hurl';
    try {
        const cached = (0,tool_cache/* find */.I6)('hurl', release.version);
        const program = (0,external_node_path_.join)(cached === '' ? await fetched(log, release, patience) : cached, 'bin', 'hurl');
        const found = await versionOf(program);
        if ('why' in found)
            throw new Error(`it does not start: ${found.why}`);
        return program;
    }
    catch (thrown) {
        const there = 'major' in onPath ? `Hurl ${onPath.major} on the runner is too old` : 'Hurl is not on the runner';
        throw new errors/* RollbackError */.ZS({
            code: 'missing-tool', what: `${there}, and Hurl ${release.version} could not be put there`, why: (0,errors/* messageOf */.bD)(thrown),
            fix: `Install Hurl ${oldest} or later in a step before (https://hurl.dev/docs/installation.html), or take the .hurl files out of "smoke-tests".`,
        }, { cause: thrown });
    }
}
async function fetched(log, { version, from, archives }, patience) {
    const machine = `${process.platform}-${process.arch}`;
    const archive = archives[machine];
    if (archive === undefined)
        throw new Error(`there is none for ${machine}`);
    log.info(`Fetching Hurl ${version} for the .hurl files among the smoke tests`);
    const file = await within(patience, (0,tool_cache/* downloadTool */.bq)(`${from}/${archive.name}.tar.gz`));
    try {
        const sum = await sha256Of(file);
        if (sum !== archive.sha256)
            throw new Error(`what was fetched is not what is expected and was not unpacked: its SHA-256 is ${sum}, ${archive.sha256} was expected`);
        const folder = await (0,tool_cache/* extractTar */.nN)(file);
        const kept = await (0,tool_cache/* cacheDir */.e8)((0,external_node_path_.join)(folder, archive.name), 'hurl', version);
        await (0,promises_.rm)(folder, { recursive: true, force: true });
        return kept;
    }
    finally {
        await (0,promises_.rm)(file, { force: true });
    }
}
async function versionOf(program) {
    try {
        const { stdout } = await run(program, ['--version'], { timeout: 10_000, killSignal: 'SIGKILL' });
        const [, major] = /^hurl (\d+)\./.exec(stdout) ?? [];
        return major === undefined ? { why: 'it does not say which version it is' } : { major: Number(major) };
    }
    catch (thrown) {
        return { why: (0,errors/* messageOf */.bD)(thrown).trimEnd().split('\n').at(-1) ?? '' };
    }
}
async function sha256Of(file) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file), hash);
    return hash.digest('hex');
}
async function within(patience, work) {
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`it was not fetched within ${patience / 1000} s`)), patience)));
    try {
        return await Promise.race([work, late]);
    }
    finally {
        clearTimeout(timer);
    }
}

;// CONCATENATED MODULE: ./build/adapters/hurl.js
/** Runs Hurl on the runner, without what the job's environment holds otherwise. */




const mostPrinted = 16 * 1024 * 1024;
/**
 * Variables of the job that Hurl is given, besides those of its files: where programs, libraries and certificates are. Not HOME, for a
 * `.netrc` or a configuration there; not proxies, for the service itself is asked; and of its own options none: HURL_NO_ASSERT would let
 * every test pass.
 */
const passed = ['PATH', 'LANG', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE'];
const own = /^HURL_(VARIABLE|SECRET)_(.+)$/;
/** 10 s a request, unless a file says otherwise; no proxy; nothing coloured. Redirects are followed where a file says `location: true`. */
const options = ['--json', '--no-color', '--max-time', '10', '--connect-timeout', '10', '--no-proxy', '*'];
/** No file has so many requests: all that is left is reading it. */
const readOnly = ['--from-entry', '4294967295'];
/** @throws RollbackError `missing-tool` */
async function openHurl(workspace, env, log) {
    const program = await findHurl(log);
    return hurlAt(program, workspace, env);
}
function hurlAt(program, workspace, env) {
    const given = Object.entries(env).flatMap(([name, value]) => (value !== undefined && (passed.includes(name) || own.test(name)) ? [[name, value]] : []));
    const variables = given.flatMap(([name, value]) => {
        const [, kind, variable] = own.exec(name) ?? [];
        return variable === undefined ? [] : [{ variable, value, secret: kind === 'SECRET' }];
    });
    const call = { program, env: Object.fromEntries(given), cwd: workspace };
    // A whole path: a name that begins with a dash would be an option.
    const at = (path) => (0,external_node_path_.resolve)(workspace, path);
    return {
        variables: new Set(variables.map(({ variable }) => variable)),
        secrets: variables.filter(({ variable, secret }) => secret || soundsSecret.test(variable)).flatMap(({ value }) => masksOf(value)),
        run: (path, limit, signal) => end(call, [...options, at(path)], limit, signal),
        check: (path) => end(call, [...options, ...readOnly, at(path)], 10_000),
    };
}
/** A variable that should have been handed over as a secret, and is told as little. */
const soundsSecret = /token|secret|passw|key|auth|credential/i;
function masksOf(value) {
    return value.length < 4 ? [] : [...new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])];
}
function end({ program, env, cwd }, args, timeout, signal) {
    return new Promise((settle) => {
        const child = (0,external_node_child_process_.execFile)(program, args, { env, cwd, timeout, maxBuffer: mostPrinted, killSignal: 'SIGKILL', ...(signal === undefined ? {} : { signal }) }, (error, results, trouble) => {
            if (error === null)
                settle({ kind: 'ended', code: 0, results, trouble });
            else if (typeof error.code === 'number')
                settle({ kind: 'ended', code: error.code, results, trouble });
            else if (signal?.aborted === true)
                settle({ kind: 'unrun', why: 'the run was ended before it had' });
            else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
                settle({ kind: 'unrun', why: `Hurl printed more than ${mostPrinted / 1024 / 1024} MiB` });
            else if (error.killed === true)
                settle({ kind: 'late' });
            else
                settle({ kind: 'unrun', why: error.signal === undefined || error.signal === null ? (0,errors/* messageOf */.bD)(error) : `Hurl was ended by ${error.signal}` });
        });
        child.stdin?.on('error', () => undefined).end();
    });
}


/***/ })

};
;