import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OrganizationStack } from './organization-stack.ts';
import { organizations } from './organizations/index.ts';

export interface AppOptions {
  /** Names of the organizations to synthesize; all when absent. */
  readonly only?: readonly string[];
  /** Where the cloud assembly goes. */
  readonly outdir?: string;
  /** False: leave the functions' code out, for tests that read the template only. */
  readonly bundling?: boolean;
}

/** The CDK app: one stack per organization, checked by cdk-nag. */
export function createApp({ only, outdir, bundling = true }: AppOptions = {}): App {
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
