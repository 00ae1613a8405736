/**
 * Replaces `undici` in bundles (bundling.ts), for Salesforce's client. Node's own fetch is undici already, and a second copy would
 * add 700 kB to a cold start. The options that the client sets on its copy (no HTTP/2, proxies) have no use in Lambda.
 */
class NotUsed {}
module.exports = {
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  Response,
  Agent: NotUsed,
  ProxyAgent: NotUsed,
  errors: { SocketError: NotUsed },
};
