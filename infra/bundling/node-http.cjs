/**
 * Replaces `node:http` in bundles (bundling.ts). An ECMAScript import of that module reads all of its exports. Three of them, such
 * as WebSocket, load Node's whole fetch implementation: 10 to 50 ms of a cold start. Here they load on first use.
 */
module.exports = process.getBuiltinModule('node:http');
