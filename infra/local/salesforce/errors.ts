/** An error in the shape and words of Salesforce's REST API. */
export class SalesforceError extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly fields: readonly string[] | undefined;

  constructor(status: number, errorCode: string, message: string, fields?: readonly string[]) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.fields = fields;
  }

  /** The body of the answer: a list, even of one error. */
  get body(): unknown {
    return [
      { message: this.message, errorCode: this.errorCode, ...(this.fields && { fields: this.fields }) },
    ];
  }
}

export const notFound = () => new SalesforceError(404, 'NOT_FOUND', 'The requested resource does not exist');

export const malformedQuery = (message: string) => new SalesforceError(400, 'MALFORMED_QUERY', message);

export const expiredSession = () =>
  new SalesforceError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');

export const requestLimitExceeded = () =>
  new SalesforceError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');

export const unavailable = () =>
  new SalesforceError(503, 'SERVER_UNAVAILABLE', 'We are down for maintenance. Sorry for the inconvenience.');

export const rowLocked = () =>
  new SalesforceError(400, 'UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record', []);

export const noSuchColumn = (field: string, entity: string) =>
  new SalesforceError(
    400,
    'INVALID_FIELD',
    `No such column '${field}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );

export const noSuchType = (name: string) =>
  new SalesforceError(
    400,
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );

export const cannotFilter = (field: string) =>
  new SalesforceError(
    400,
    'INVALID_QUERY_FILTER_OPERATOR',
    `field '${field}' can not be filtered in a query call`,
  );
