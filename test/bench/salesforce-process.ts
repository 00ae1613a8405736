import { CLASSIC } from '../../infra/local/salesforce/improveit360.ts';
import { localSalesforceApp } from '../../infra/local/salesforce/local.ts';
import { startSalesforceStandIn } from '../../infra/local/salesforce/stand-in.ts';

// Whoever started it is gone: so is this.
process.once('disconnect', () => process.exit());
const { url } = await startSalesforceStandIn({ app: localSalesforceApp('bench'), objects: CLASSIC });
process.send?.(url);
