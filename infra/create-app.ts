import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OrganizationStack } from './organization-stack.ts';
import { organizations as ours } from './organizations/index.ts';
import type { Organization } from './organizations/organization.ts';

export interface AppOptions {
  /** Names of the organizations to synthesize; all when absent. */
  readonly only?: readonly string[];
  /** Other organizations than those of this repository. */
  readonly organizations?: readonly Organization[];
  /** Where the cloud assembly goes. */
  readonly outdir?: string;
  /** False: leave the functions' code out, for tests that read the template only. */
  readonly bundling?: boolean;
}

/** The CDK app: one stack per organization, checked by cdk-nag. */
export function createApp(options: AppOptions = {}): App {
  const { only, organizations = ours, outdir, bundling = true } = options;
  const app = new App({
    ...(outdir !== undefined && { outdir }),
    ...(!bundling && { context: { 'aws:cdk:bundling-stacks': [] } }),
  });
  const asked = only ?? app.node.tryGetContext('organization')?.split(',');
  for (const organization of organizations) {
    if (asked === undefined || asked.includes(organization.name)) {
      new OrganizationStack(app, `sendgate-${organization.name}`, organization);
    }
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
