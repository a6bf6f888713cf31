"use strict";
exports.id = 14;
exports.ids = [14];
exports.modules = {

/***/ 9728:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ askedFor),
/* harmony export */   N: () => (/* binding */ asked)
/* harmony export */ });
/** Read by name: the classes of two clients are not the same. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html */
const noCredentials = /^(ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClient(Exception)?|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|CredentialsProviderError|TokenProviderError|RequestExpired|AuthFailure|InvalidAccessKeyId|NotAuthorizedException)$/;
const throttled = /^(Throttling(Exception)?|ThrottledException|RequestThrottled(Exception)?|TooManyRequestsException|RequestLimitExceeded|PriorRequestNotComplete|SlowDown|EC2ThrottledException|BandwidthLimitExceeded|LimitExceededException)$/;
const inTrouble = /^(InternalFailure|InternalError|InternalServerError|ServiceUnavailable|TimeoutError|RequestTimeout(Exception)?|NetworkingError|AbortError|IDPCommunicationError)$/;
/** @param absent codes that mean: there is none of that name */
async function asked(question, absent) {
    try {
        return { kind: 'answered', value: await question() };
    }
    catch (thrown) {
        const { code, message, status } = readError(thrown);
        if (absent?.test(code) === true)
            return { kind: 'answered', value: undefined };
        if (noCredentials.test(code))
            return { kind: 'credentials', code, message };
        if (throttled.test(code) || inTrouble.test(code) || (status !== undefined && (status >= 500 || status === 429)))
            return { kind: 'later', why: `${code}: ${message}` };
        // AWS was not heard: the name did not resolve, the connection was refused, reset or cut.
        return /^E[A-Z_]+$/.test(code) || message === 'socket hang up' ? { kind: 'later', why: `${code}: ${message}` } : { kind: 'refused', code, message };
    }
}
/** A question to which there is always an answer. */
async function askedFor(question) {
    const answer = await asked(async () => ({ got: await question() }));
    if (answer.kind !== 'answered')
        return answer;
    return answer.value === undefined ? { kind: 'later', why: 'AWS gave no answer' } : { kind: 'answered', value: answer.value.got };
}
function readError(thrown) {
    if (!(thrown instanceof Error))
        return { code: 'Error', message: 'no reason given', status: undefined };
    const fields = new Map(Object.entries(thrown));
    const system = fields.get('code');
    const status = new Map(Object.entries(fields.get('$metadata') ?? {})).get('httpStatusCode');
    const code = thrown.name !== 'Error' ? thrown.name : typeof system === 'string' ? system : 'Error';
    return { code: clean(code), message: clean(thrown.message), status: typeof status === 'number' ? status : undefined };
}
/** One line, without control characters. */
function clean(text) {
    return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim().slice(0, 500);
}


/***/ }),

/***/ 1014:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  rdsIn: () => (/* binding */ rdsIn)
});

// EXTERNAL MODULE: ./node_modules/@aws-sdk/client-rds/dist-cjs/index.js
var dist_cjs = __webpack_require__(7202);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/client-sts/dist-cjs/index.js
var client_sts_dist_cjs = __webpack_require__(1695);
// EXTERNAL MODULE: ./build/adapters/aws-answer.js
var aws_answer = __webpack_require__(9728);
;// CONCATENATED MODULE: ./build/adapters/sts.js
/** Whose credentials these are, and until when. */


function accountOf(sts) {
    return (0,aws_answer/* askedFor */.G)(async () => {
        const { Account: id = '', Arn: arn = '' } = await sts.send(new client_sts_dist_cjs/* GetCallerIdentityCommand */.zI({}));
        const { sessionToken, expiration } = await sts.config.credentials();
        // What stands in the environment is never renewed; every other source of a session is asked again by the SDK before it ends.
        const fixed = sessionToken !== undefined && sessionToken === process.env['AWS_SESSION_TOKEN'];
        return { id, arn, ...(fixed && expiration !== undefined ? { expires: expiration.getTime() } : {}), ends: fixed };
    });
}

;// CONCATENATED MODULE: ./build/adapters/rds.js
/** Amazon RDS through its SDK. Credentials: the SDK's own chain (environment, web identity, container, instance profile). */




const noInstance = /^DBInstanceNotFound(Fault)?$/;
const noCluster = /^DBClusterNotFound(Fault)?$/;
const noSnapshot = /^DB(Cluster)?SnapshotNotFound(Fault)?$/;
/**
 * Nothing is asked twice here: whoever asks knows what may be asked again, and for how long. Endpoints other than AWS's own come from AWS's own
 * variables alone (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_RDS, AWS_ENDPOINT_URL_STS).
 * @param region undefined: AWS_REGION, or the profile's
 * @param patience for one answer
 */
function rdsIn(region, patience = 60_000) {
    const options = {
        ...(region === undefined ? {} : { region }),
        maxAttempts: 1, requestHandler: { connectionTimeout: 5000, requestTimeout: patience, throwOnRequestTimeout: true },
    };
    const rds = new dist_cjs/* RDSClient */.rYe(options);
    const sts = new client_sts_dist_cjs/* STSClient */.iM(options);
    const list = (target) => (target.kind === 'instance'
        ? collect((0,dist_cjs/* paginateDescribeDBInstances */.$PQ)({ client: rds }, {}), ({ DBInstances }) => DBInstances)
        : collect((0,dist_cjs/* paginateDescribeDBClusters */.cbb)({ client: rds }, {}), ({ DBClusters }) => DBClusters));
    return {
        account: () => accountOf(sts),
        describe: ({ kind, id }) => (kind === 'instance'
            ? (0,aws_answer/* asked */.N)(async () => described((await rds.send(new dist_cjs/* DescribeDBInstancesCommand */.hhJ({ DBInstanceIdentifier: id }))).DBInstances?.[0]), noInstance)
            : (0,aws_answer/* asked */.N)(async () => described((await rds.send(new dist_cjs/* DescribeDBClustersCommand */.Kdv({ DBClusterIdentifier: id }))).DBClusters?.[0]), noCluster)),
        list: (kind) => (0,aws_answer/* askedFor */.G)(() => list({ kind })),
        snapshot: (kind, id) => (kind === 'instance'
            ? (0,aws_answer/* asked */.N)(async () => described((await rds.send(new dist_cjs/* DescribeDBSnapshotsCommand */.KKI({ DBSnapshotIdentifier: id, IncludeShared: id.startsWith('arn:') }))).DBSnapshots?.[0]), noSnapshot)
            : (0,aws_answer/* asked */.N)(async () => described((await rds.send(new dist_cjs/* DescribeDBClusterSnapshotsCommand */.cWV({ DBClusterSnapshotIdentifier: id, IncludeShared: id.startsWith('arn:') }))).DBClusterSnapshots?.[0]), noSnapshot)),
        snapshots: ({ kind, id }) => (0,aws_answer/* askedFor */.G)(() => (kind === 'instance'
            ? collect((0,dist_cjs/* paginateDescribeDBSnapshots */.iKM)({ client: rds }, { DBInstanceIdentifier: id }), ({ DBSnapshots }) => DBSnapshots)
            : collect((0,dist_cjs/* paginateDescribeDBClusterSnapshots */.G8v)({ client: rds }, { DBClusterIdentifier: id }), ({ DBClusterSnapshots }) => DBClusterSnapshots))),
        quotas: () => (0,aws_answer/* askedFor */.G)(async () => {
            const { AccountQuotas = [] } = await rds.send(new dist_cjs/* DescribeAccountAttributesCommand */.zSg({}));
            return AccountQuotas.map(({ AccountQuotaName: name = '', Used: used = 0, Max: max = 0 }) => ({ name, used, max }));
        }),
        createSnapshot: ({ of, id, tags }) => done(() => (of.kind === 'instance'
            ? rds.send(new dist_cjs/* CreateDBSnapshotCommand */.SQw({ DBInstanceIdentifier: of.id, DBSnapshotIdentifier: id, Tags: tags }))
            : rds.send(new dist_cjs/* CreateDBClusterSnapshotCommand */.Iv4({ DBClusterIdentifier: of.id, DBClusterSnapshotIdentifier: id, Tags: tags })))),
        restoreInstance: ({ as, from, settings }) => done(() => ('snapshot' in from
            ? rds.send(new dist_cjs/* RestoreDBInstanceFromDBSnapshotCommand */.dX$({ DBInstanceIdentifier: as, DBSnapshotIdentifier: from.snapshot, ...settings }))
            : rds.send(new dist_cjs/* RestoreDBInstanceToPointInTimeCommand */.i4({
                TargetDBInstanceIdentifier: as, SourceDBInstanceIdentifier: from.instance, ...settings,
                ...(from.at === 'latest' ? { UseLatestRestorableTime: true } : { RestoreTime: new Date(from.at) }),
            })))),
        restoreCluster: ({ as, from, settings }) => done(() => ('snapshot' in from
            ? rds.send(new dist_cjs/* RestoreDBClusterFromSnapshotCommand */.sX2({ DBClusterIdentifier: as, SnapshotIdentifier: from.snapshot, Engine: from.engine, EngineVersion: from.version, ...settings }))
            : rds.send(new dist_cjs/* RestoreDBClusterToPointInTimeCommand */.fok({
                DBClusterIdentifier: as, SourceDBClusterIdentifier: from.cluster, ...settings,
                ...(from.at === 'latest' ? { UseLatestRestorableTime: true } : { RestoreToTime: new Date(from.at) }),
            })))),
        createMember: (request) => done(() => rds.send(new dist_cjs/* CreateDBInstanceCommand */.day(request))),
        modifyInstance: (request) => done(() => rds.send(new dist_cjs/* ModifyDBInstanceCommand */.R1U({ ApplyImmediately: true, ...request }))),
        modifyCluster: (request) => done(() => rds.send(new dist_cjs/* ModifyDBClusterCommand */.gSX({ ApplyImmediately: true, ...request }))),
        addRole: ({ kind, id }, { arn, feature }) => done(() => (kind === 'instance'
            ? rds.send(new dist_cjs/* AddRoleToDBInstanceCommand */.jd7({ DBInstanceIdentifier: id, RoleArn: arn, FeatureName: feature }))
            : rds.send(new dist_cjs/* AddRoleToDBClusterCommand */.SAd({ DBClusterIdentifier: id, RoleArn: arn, ...(feature === '' ? {} : { FeatureName: feature }) })))),
        reboot: (id) => done(() => rds.send(new dist_cjs/* RebootDBInstanceCommand */.Ctt({ DBInstanceIdentifier: id }))),
        tag: (arn, tags) => done(() => rds.send(new dist_cjs/* AddTagsToResourceCommand */.X3P({ ResourceName: arn, Tags: tags }))),
        [Symbol.dispose]() {
            rds.destroy();
            sts.destroy();
        },
    };
}
function done(request) {
    return (0,aws_answer/* askedFor */.G)(async () => { await request(); });
}
async function collect(pages, of) {
    const all = [];
    for await (const page of pages)
        all.push(...(of(page) ?? []).map(described).filter((each) => each !== undefined));
    return all;
}
/** As plain data: times become ISO 8601. */
function described(answer) {
    if (answer === undefined)
        return undefined;
    const read = JSON.parse(JSON.stringify(answer));
    return isDescription(read) ? read : undefined;
}
function isDescription(read) {
    return typeof read === 'object' && read !== null && !Array.isArray(read);
}


/***/ })

};
;