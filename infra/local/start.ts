import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { findRunningInstance, removeInstance, writeInstance } from './instance.ts';
import { startLocalStack } from './runner.ts';
import { TOKEN_HOURS } from './tokens.ts';

const { values } = parseArgs({
  options: {
    organization: { type: 'string', default: 'demo' },
    port: { type: 'string', default: '4010' },
    state: { type: 'string', default: '.sendgate' },
    'cycle-seconds': { type: 'string', default: '10' },
    fresh: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const began = performance.now();
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  process.stdout.write(`${title} ... `);
  const start = performance.now();
  const result = await work();
  console.log(pc.dim(seconds(start)));
  return result;
}

/** Finds a free port: the wanted one, or the next free one above it. */
async function freePortFrom(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100; port++) {
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
  throw new Error(`No free port from ${wanted} to ${wanted + 99}`);
}

/** Prints warnings and errors of the functions; with --verbose, every line. */
function log(line: string): void {
  if (values.verbose || /"level":"(ERROR|WARN)"|Error|timed out|could not/.test(line))
    console.error(pc.dim(line));
}

const other = await findRunningInstance(values.state);
if (other) {
  console.error(
    pc.red(
      `An instance runs on ${values.state} already, at ${other.apiUrl}. End it, or give another --state.`,
    ),
  );
  process.exit(1);
}
const port = values.port === '0' ? 0 : await freePortFrom(Number(values.port));
const twilioPort = port === 0 ? 0 : await freePortFrom(port + 1);
const eventsPort = port === 0 ? 0 : await freePortFrom(twilioPort + 1);
const local = await startLocalStack({
  organization: values.organization,
  stateDirectory: values.state,
  port,
  twilioPort,
  eventsPort,
  ...(port > 0 && { salesforcePort: await freePortFrom(port + 10) }),
  cycleSeconds: Number(values['cycle-seconds']),
  fresh: values.fresh,
  step,
  progress: (name) => process.stdout.write(pc.dim(`${name} `)),
  log,
}).catch((error: unknown) => {
  console.error(pc.red(`\nCould not start: ${error instanceof Error ? error.message : String(error)}`));
  process.exit(1);
});

const token = await local.token('admin');
writeInstance(values.state, { ...local, token });
console.log(`
${pc.green(`Ready in ${seconds(began)}.`)} A cycle every ${values['cycle-seconds']} s. State in ${values.state}; --fresh starts empty. Ctrl-C ends it.

  API                 ${local.apiUrl}
  Twilio's stand-in   ${local.twilioUrl}/stand-in/messages
  Event bus           ${local.eventsUrl}/stand-in/events
  Salesforce's        ${local.salesforceUrl}/stand-in/records?object=i360__Prospect__c
  Token (admin, ${TOKEN_HOURS} h)  ${pc.dim(token)}

Try, in another terminal:

  ${pc.dim('# a lead who ticks the checkbox: a text leaves within a cycle')}
  curl -s ${local.apiUrl}/forms/quote/submissions -d firstName=Dana -d 'phone=(303) 555-0142' -d smsConsent=on

  ${pc.dim('# what arrived at the carrier')}
  curl -s ${local.twilioUrl}/stand-in/messages

  ${pc.dim("# the number's consent, with its evidence")}
  curl -s ${local.apiUrl}/numbers/+13035550142/consent/events -H 'authorization: Bearer ${token}'

Or let it tell its whole story: npm run demo
`);

let isClosing = false;
async function end(): Promise<void> {
  if (isClosing) process.exit(130);
  isClosing = true;
  console.log('\nEnding what runs ...');
  removeInstance(values.state);
  await local.close();
  console.log('Ended. State is kept.');
  process.exit(0);
}
process.on('SIGINT', () => void end());
process.on('SIGTERM', () => void end());
