/** One organization, one stack. No secrets here: those live in SSM under `/sendgate/<name>/...`. */
export interface Organization {
  /** Part of every resource name: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** What recipients know the organization by, until its admins set another name. */
  readonly displayName: string;
  readonly region: string;
  /** AWS account id; the one of the deploying credentials when absent. */
  readonly account?: string;
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
  /** Who signs the tokens of admins and agents: a user pool in the stack, or the organization's own OIDC issuer. */
  readonly issuer:
    | { readonly kind: 'cognito' }
    | { readonly kind: 'oidc'; readonly url: string; readonly audience: string };
  /** Minutes between two cycles. */
  readonly cycleRateMinutes: number;
  readonly alarmEmail: string;
  /** Where Twilio and form builders reach the API, when that is not API Gateway's own host name. No trailing slash. */
  readonly publicUrl?: string;
  readonly logRetentionDays: number;
  /**
   * A fresh stack that a backup is restored into: no schedule runs and no table's changes are followed, so that nothing restored
   * is taken for news. Removed, and deployed again, the organization goes on.
   */
  readonly standby?: boolean;
}

/** @throws Error naming what is wrong, so that a typing mistake never reaches a deployment. */
export function checkOrganization(organization: Organization): Organization {
  const { name, sender, publicUrl, cycleRateMinutes } = organization;
  if (!/^[a-z][a-z0-9-]{1,30}$/.test(name))
    throw new Error(`Organization name "${name}": use a-z, 0-9 and hyphens`);
  if (!/^(MG[0-9a-f]{32}|\+[1-9]\d{6,14})$/.test(sender)) {
    throw new Error(`Sender of ${name}: give a messaging service sid (MG...) or a number in E.164`);
  }
  if (!Number.isInteger(cycleRateMinutes) || cycleRateMinutes < 1) {
    throw new Error(`cycleRateMinutes of ${name}: give whole minutes, 1 or more`);
  }
  if (publicUrl !== undefined) {
    const { protocol, hostname, pathname } = new URL(publicUrl);
    if (protocol !== 'https:' || hostname.includes('_') || publicUrl.endsWith('/')) {
      throw new Error(
        `publicUrl of ${name} (${pathname}): https, no underscore in the host, no slash at the end`,
      );
    }
  }
  return organization;
}
