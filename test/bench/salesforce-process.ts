import { CLASSIC } from '../../infra/local/salesforce/improveit360.ts';
import { createLocalSalesforceApp } from '../../infra/local/salesforce/local.ts';
import { startSalesforceStandIn } from '../../infra/local/salesforce/stand-in.ts';

// Ends when the process that started this one has ended.
process.once('disconnect', () => process.exit());
const { url } = await startSalesforceStandIn({ app: createLocalSalesforceApp('bench'), objects: CLASSIC });
process.send?.(url);
