import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

const TOKEN = /,"ClientRequestToken":"[\w-]+"|"ClientRequestToken":"[\w-]+",?/;

/**
 * Sends every transaction of this process without the idempotency token that the SDK adds, those of the gate and the raw ones.
 *
 * dynoxide keeps tokens for ten minutes, as DynamoDB does, but looks through all of them with each transaction: after 8,000 it
 * takes twice as long. The bench would then measure how many transactions came before.
 */
export function leaveOutTokens(): void {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => unknown;
  client.send = function (this: unknown, command: unknown, ...more: unknown[]) {
    if (command instanceof TransactWriteCommand) {
      command.middlewareStack.add(
        (next) => (args) => {
          const request = args.request as { body: Uint8Array };
          const { buffer, byteOffset, byteLength } = request.body;
          // The token is at one end of the body: the items need not be decoded to find it.
          const body = Buffer.from(buffer, byteOffset, byteLength).toString('latin1').replace(TOKEN, '');
          request.body = Buffer.from(body, 'latin1');
          return next(args);
        },
        { step: 'serialize', priority: 'low', name: 'leaveOutTokens', override: true },
      );
    }
    return original.call(this, command, ...more);
  };
}
