/**
 * Bundled in place of `node:http` (bundling.ts). An ECMAScript import of that module reads every one of its exports, and
 * three of them, WebSocket among them, load Node's whole fetch implementation: 10 to 50 ms of a cold start. Taken like this,
 * they load when somebody asks for them.
 */
module.exports = process.getBuiltinModule('node:http');
