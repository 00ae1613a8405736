import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What every broken dependency says of itself: an error with a number in it, which no log line may repeat. */
export const LEAKY = 'Item {"number": "+13035550142"} is too large';

/** A server that stands for AWS, Twilio and Salesforce at once, and refuses every request but those for known parameters. */
export async function startBrokenDependencies() {
  const parameters = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    const refusal = { __type: 'com.amazonaws#ValidationException', code: 60200, message: LEAKY };
    if (request.headers['x-amz-target'] !== 'AmazonSSM.GetParameter') return answer(400, refusal);
    const { Name } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { Name: string };
    const Value = parameters.get(Name);
    return Value === undefined ? answer(400, refusal) : answer(200, { Parameter: { Value } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** Values of Systems Manager by name. */
    parameters,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
