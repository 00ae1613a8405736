import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OrganizationStack } from './organization-stack.ts';
import { organizations as ours } from './organizations/index.ts';
import type { Organization } from './organizations/organization.ts';

export interface AppOptions {
  /** Synthesizes the organizations of these names only; all when absent. */
  readonly only?: readonly string[];
  /** Replaces the organizations of this repository. */
  readonly organizations?: readonly Organization[];
  /** The folder of the cloud assembly. */
  readonly outdir?: string;
  /** False leaves the functions' code out, for tests that read the template only. */
  readonly bundling?: boolean;
}

/** Creates the CDK app: one stack per organization, checked by cdk-nag. */
export function createApp(options: AppOptions = {}): App {
  const { only, organizations = ours, outdir, bundling = true } = options;
  const app = new App({
    ...(outdir !== undefined && { outdir }),
    ...(!bundling && { context: { 'aws:cdk:bundling-stacks': [] } }),
  });
  const selected = only ?? app.node.tryGetContext('organization')?.split(',');
  for (const organization of organizations) {
    if (selected === undefined || selected.includes(organization.name)) {
      new OrganizationStack(app, `sendgate-${organization.name}`, organization);
    }
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
