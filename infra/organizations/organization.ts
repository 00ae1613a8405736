/** Configures the stack of one organization. It holds no secrets: those are in SSM under `/sendgate/<name>/...`. */
export interface Organization {
  /** Is part of every resource's name: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The name that recipients know, until an admin sets another one. */
  readonly displayName: string;
  readonly region: string;
  /** The AWS account's id; that of the deploying credentials when absent. */
  readonly account?: string;
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
  /** Signs the tokens of admins and agents: a user pool in the stack, or the organization's own OIDC issuer. */
  readonly issuer:
    | { readonly kind: 'cognito' }
    | { readonly kind: 'oidc'; readonly url: string; readonly audience: string };
  /** The minutes between two cycles. */
  readonly cycleRateMinutes: number;
  readonly alarmEmail: string;
  /** The API's base URL for Twilio and form builders, when that is not API Gateway's own. It has no trailing slash. */
  readonly publicUrl?: string;
  readonly logRetentionDays: number;
  /**
   * True for a fresh stack into which a backup is restored. No schedule runs and no table's changes are followed, so that no
   * restored item counts as a change. Remove it and deploy again to start the organization.
   */
  readonly standby?: boolean;
}

/** Checks an organization's values before a deployment. @returns the same organization. @throws Error naming the wrong value. */
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
