import { acmeRoofing } from './acme-roofing.ts';
import { demo } from './demo.ts';
import { checkOrganization, type Organization } from './organization.ts';

/** Lists every organization that this repository deploys. */
export const organizations: readonly Organization[] = [demo, acmeRoofing].map(checkOrganization);
