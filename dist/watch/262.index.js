"use strict";
exports.id = 262;
exports.ids = [262];
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

/***/ 3262:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   cloudWatchIn: () => (/* binding */ cloudWatchIn)
/* harmony export */ });
/* harmony import */ var _aws_sdk_client_cloudwatch__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4085);
/* harmony import */ var _aws_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9728);
/** Amazon CloudWatch through its SDK. Credentials: the SDK's own chain (environment, web identity, container, instance profile). */


/** AlarmNames takes so many at once. */
const mostNames = 100;
/**
 * Nothing is asked twice here but for its further pages: the next look asks again. Endpoints other than AWS's own come from AWS's own variables
 * alone (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_CLOUDWATCH).
 * @param region undefined: AWS_REGION, or the profile's
 * @param patience for one answer
 */
function cloudWatchIn(region, patience = 10_000) {
    const client = new _aws_sdk_client_cloudwatch__WEBPACK_IMPORTED_MODULE_0__/* .CloudWatchClient */ .WBn({
        ...(region === undefined ? {} : { region }),
        maxAttempts: 1, requestHandler: { connectionTimeout: 5000, requestTimeout: patience, throwOnRequestTimeout: true },
    });
    return {
        metrics: (request) => (0,_aws_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .askedFor */ .G)(() => metrics(client, request)),
        alarms: (names) => (0,_aws_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .askedFor */ .G)(async () => {
            const parts = Array.from({ length: Math.ceil(names.length / mostNames) }, (_, index) => names.slice(index * mostNames, (index + 1) * mostNames));
            return (await Promise.all(parts.map((part) => alarms(client, part)))).flat();
        }),
        [Symbol.dispose]: () => client.destroy(),
    };
}
async function metrics(client, { queries, from, to }) {
    const points = new Map();
    const status = new Map();
    const MetricDataQueries = queries.map(({ MetricStat, ...query }) => (MetricStat === undefined ? query : { ...query, MetricStat: { ...MetricStat, Metric: { ...MetricStat.Metric, Dimensions: [...MetricStat.Metric.Dimensions] } } }));
    let page;
    do {
        const { MetricDataResults = [], NextToken } = await client.send(new _aws_sdk_client_cloudwatch__WEBPACK_IMPORTED_MODULE_0__/* .GetMetricDataCommand */ .Soe({
            MetricDataQueries, StartTime: new Date(from), EndTime: new Date(to), ScanBy: 'TimestampAscending', ...(page === undefined ? {} : { NextToken: page }),
        }));
        for (const result of MetricDataResults) {
            const { Id: id = '', StatusCode: code = 'Complete' } = result;
            points.set(id, new Map([...(points.get(id) ?? []), ...pointsOf(result)]));
            // A later page says how far it came: what was partial may be whole with it.
            status.set(id, code);
        }
        page = NextToken;
    } while (page !== undefined);
    const [incomplete] = [...status.values()].filter((code) => code !== 'Complete');
    return { points, ...(incomplete === undefined ? {} : { incomplete }) };
}
function pointsOf({ Timestamps = [], Values = [] }) {
    return Timestamps.flatMap((time, index) => {
        const value = Values[index];
        return value === undefined ? [] : [[time.getTime(), value]];
    });
}
async function alarms(client, names) {
    const told = [];
    let page;
    do {
        // Without AlarmTypes CloudWatch leaves composite alarms out.
        const { MetricAlarms = [], CompositeAlarms = [], NextToken } = await client.send(new _aws_sdk_client_cloudwatch__WEBPACK_IMPORTED_MODULE_0__/* .DescribeAlarmsCommand */ .zWD({
            AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], ...(page === undefined ? {} : { NextToken: page }),
        }));
        for (const { AlarmName: name, StateValue: state, StateReason: reason = '', StateTransitionedTimestamp: since } of [...MetricAlarms, ...CompositeAlarms]) {
            if (name === undefined || state === undefined)
                continue;
            told.push({ name, state, reason: reason.replaceAll(/\s+/g, ' ').slice(0, 300), ...(since === undefined ? {} : { since: since.getTime() }) });
        }
        page = NextToken;
    } while (page !== undefined);
    return told;
}


/***/ })

};
;