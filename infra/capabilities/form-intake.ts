import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { SendgateFunction } from '../constructs/sendgate-function.ts';
import type { OrganizationStack } from '../organization-stack.ts';

const TIMEOUT = Duration.seconds(10);

/** Adds the intake of forms: form builders and browsers post submissions, which are stored before they are answered. */
export function addFormIntake(stack: OrganizationStack): void {
  const { alarms, configuration, http, organization, outreach, registry } = stack;
  const leadLost = 'A person who filled in a form may never be texted: the submission could not be taken.';

  const formWebhook = new SendgateFunction(stack, {
    name: 'form-webhook',
    timeout: TIMEOUT,
    errorImpact: leadLost,
  });
  formWebhook.setEnvironment({ publicBaseUrl: http.publicBaseUrl, sender: organization.sender });
  registry.grantRecord(formWebhook);
  configuration.grantRead(formWebhook, ['GetItem'], { signingSecrets: true });
  outreach.grantUse(formWebhook, ['GetItem', 'PutItem', 'UpdateItem']);

  http.addPublicRoute(
    '/forms/{formId}/submissions',
    formWebhook,
    "Form builders and browsers hold no token; a form can demand its builder's signature or its own secret.",
  );
  http.addPublicRoute(
    '/forms/{formId}/submissions',
    formWebhook,
    "Meta checks the address before it posts there; only the form's own word is answered.",
    HttpMethod.GET,
  );
  http.addPublicRoute(
    '/forms/{formId}/opt-in-question',
    formWebhook,
    'The opt-in question is shown to the person who fills in the form.',
    HttpMethod.GET,
  );

  alarms.onCount(formWebhook, 'submissionFailed', { harm: leadLost });
  alarms.onCount(formWebhook, 'submissionLimited', {
    harm: 'A person who fills in a form may be turned away: it gets more submissions than its limits allow (docs/security.md).',
    moreThan: 50,
  });
  alarms.onCountWithout(formWebhook, 'submissionRefused', 'submissionAccepted', {
    harm: 'A person who fills in a form is not texted: for an hour every submission was refused and none was taken.',
    // One or two may be typing mistakes or a scanner. Three without a single success mean that a form no longer fits its builder.
    moreThan: 2,
    period: Duration.hours(1),
  });
}
