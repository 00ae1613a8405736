import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { SendgateFunction } from './sendgate-function.ts';

export interface HttpFrontProps {
  readonly organization: string;
  readonly logRetentionDays: RetentionDays;
  readonly issuer: { readonly url: string; readonly audience: readonly string[] };
  /** Where callers reach the API, when that is not API Gateway's own host name. */
  readonly publicUrl?: string;
}

/** Requests per second and burst of a public route. Forms come from browsers, callbacks from Twilio. */
const FORM_LIMITS = { rate: 50, burst: 100 };
/** A builder checks the address once, when the hook is set up. */
const VERIFICATION_LIMITS = { rate: 5, burst: 10 };
const INBOUND_LIMITS = { rate: 500, burst: 1000 };
/** Each text has two callbacks: those of 2,000 texts a second. A burst is the account's, which has 5,000 (decision 151). */
const CALLBACK_LIMITS = { rate: 4000, burst: 5000 };
const ADMIN_LIMITS = { rate: 50, burst: 100 };

/** The HTTP API: a few public routes, each with its own limits, and everything else behind a JWT. */
export class HttpFront extends Construct {
  readonly publicBaseUrl: string;
  private readonly api: HttpApi;
  private readonly authorizer: IHttpRouteAuthorizer;
  private readonly stage: HttpStage;

  constructor(scope: Construct, id: string, props: HttpFrontProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'api', {
      apiName: `sendgate-${props.organization}`,
      createDefaultStage: false,
    });
    const accessLogs = new LogGroup(this, 'access-logs', {
      logGroupName: `/sendgate/${props.organization}/http`,
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = this.api.addStage('default', {
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: ADMIN_LIMITS.rate, burstLimit: ADMIN_LIMITS.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        // No path parameters and no addresses: a path can hold a phone number.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            route: '$context.routeKey',
            status: '$context.status',
            latencyMilliseconds: '$context.responseLatency',
            error: '$context.error.messageString',
          }),
        ),
      },
    });
    this.authorizer = new HttpJwtAuthorizer('jwt', props.issuer.url, {
      jwtAudience: [...props.issuer.audience],
    });
    this.publicBaseUrl = props.publicUrl ?? this.api.apiEndpoint;
    (this.stage.node.defaultChild as CfnStage).routeSettings = {
      'POST /forms/{formId}/submissions': limits(FORM_LIMITS),
      'GET /forms/{formId}/submissions': limits(VERIFICATION_LIMITS),
      'GET /forms/{formId}/opt-in-question': limits(FORM_LIMITS),
      'POST /twilio/inbound': limits(INBOUND_LIMITS),
      'POST /twilio/status': limits(CALLBACK_LIMITS),
    };
  }

  /** Answers 5xx of the whole API within five minutes. */
  metricServerErrors(): IMetric {
    return this.stage.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' });
  }

  /** A route that anyone may call; its function checks what proves the caller. */
  addPublicRoute(path: string, fn: SendgateFunction, why: string, method = HttpMethod.POST): void {
    const routes = this.api.addRoutes({
      path,
      methods: [method],
      integration: new HttpLambdaIntegration(`${fn.node.id}-integration`, fn),
      authorizer: new HttpNoneAuthorizer(),
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: why });
      // The stage's limits name the route, so it must exist first.
      this.stage.node.addDependency(route);
    }
  }

  /** Routes with a token that another function than the admin API serves. */
  addProtectedRoutes(
    routes: readonly { readonly method: string; readonly path: string }[],
    fn: SendgateFunction,
  ): void {
    const integration = new HttpLambdaIntegration(`${fn.node.id}-integration`, fn);
    for (const { method, path } of routes) {
      const methods = [HttpMethod[method as keyof typeof HttpMethod]];
      this.api.addRoutes({ path, methods, integration, authorizer: this.authorizer });
    }
  }

  /** Everything that is no public route: only with a token of the organization's issuer. */
  addProtectedRest(fn: SendgateFunction): void {
    this.api.addRoutes({
      path: '/{proxy+}',
      methods: [HttpMethod.GET, HttpMethod.PUT, HttpMethod.POST, HttpMethod.PATCH, HttpMethod.DELETE],
      integration: new HttpLambdaIntegration(`${fn.node.id}-integration`, fn),
      authorizer: this.authorizer,
    });
  }
}

function limits({ rate, burst }: { rate: number; burst: number }) {
  return { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
}
