/**
 * Bundled in place of `undici` (bundling.ts), for Salesforce's client: Node's own fetch is undici already, and a second copy
 * would be 700 kB more of a cold start. What the client tunes in its copy (no HTTP/2, proxies) needs no tuning in Lambda.
 */
class NotUsed {}
module.exports = {
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  Response,
  Agent: NotUsed,
  ProxyAgent: NotUsed,
  errors: { SocketError: NotUsed },
};
