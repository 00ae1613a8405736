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

export interface SendgateHttpApiProps {
  readonly organization: string;
  readonly logRetentionDays: RetentionDays;
  readonly issuer: { readonly url: string; readonly audience: readonly string[] };
  /** The base URL for callers, when that is not API Gateway's own host name. */
  readonly publicUrl?: string;
}

/** Limits the submissions of all forms together. `rate` is requests a second, `burst` requests at once. */
const FORM_LIMITS = { rate: 50, burst: 100 };
/** Limits builders' checks of the address. A builder checks once, when the hook is set up. */
const VERIFICATION_LIMITS = { rate: 5, burst: 10 };
const INBOUND_LIMITS = { rate: 500, burst: 1000 };
/** Limits callbacks to those of 2,000 texts a second, with two for each. The account's own burst is 5,000 (decision 151). */
const CALLBACK_LIMITS = { rate: 4000, burst: 5000 };
const ADMIN_LIMITS = { rate: 50, burst: 100 };

/** Holds the HTTP API: a few public routes, each with its own limits, and all other routes behind a JWT. */
export class SendgateHttpApi extends Construct {
  readonly publicBaseUrl: string;
  private readonly api: HttpApi;
  private readonly authorizer: IHttpRouteAuthorizer;
  private readonly stage: HttpStage;

  constructor(scope: Construct, id: string, props: SendgateHttpApiProps) {
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
        // The log holds no path and no IP address, since a path can contain a phone number.
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

  /** Returns the metric of the API's 5xx answers, a sum over five minutes. */
  metricServerErrors(): IMetric {
    return this.stage.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' });
  }

  /** Adds a route that needs no token. Its function checks the caller's proof. @param why tells cdk-nag the reason. */
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

  /** Adds routes that need a token and that another function than the admin API serves. */
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

  /** Adds the rest: every other path needs a token of the organization's issuer. */
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
