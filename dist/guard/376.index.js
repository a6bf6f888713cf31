"use strict";
exports.id = 376;
exports.ids = [376];
exports.modules = {

/***/ 4376:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   parsePrivateKey: () => (/* binding */ parsePrivateKey)
/* harmony export */ });
/* harmony import */ var ssh2__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5472);
/* harmony import */ var ssh2__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(ssh2__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9984);
/* harmony import */ var _known_hosts_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2332);



/** @throws RollbackError `invalid-input`; never with a part of the key in it. */
function parsePrivateKey(pem, passphrase) {
    const result = ssh2__WEBPACK_IMPORTED_MODULE_0__.utils.parseKey(pem, passphrase);
    const parsed = Array.isArray(result) ? result[0] : result;
    if (isKey(parsed) && parsed.isPrivateKey())
        return { parsed, fingerprint: (0,_known_hosts_js__WEBPACK_IMPORTED_MODULE_2__/* .describe */ .q0)(parsed.getPublicSSH()) };
    const why = parsed instanceof Error ? parsed.message : 'it holds no private key';
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .RollbackError */ .ZS({
        what: 'Input "ssh-private-key" cannot be used',
        code: 'invalid-input',
        why,
        fix: /passphrase|decrypt|integrity|bad/i.test(why)
            ? 'Check Input "ssh-passphrase" against the key: ssh-keygen -y -f <key>'
            : 'Give the whole private key, from its BEGIN to its END line, in PEM or OpenSSH form',
    });
}
function isKey(value) {
    return typeof value === 'object' && value !== null && 'isPrivateKey' in value && 'getPublicSSH' in value;
}


/***/ })

};
;