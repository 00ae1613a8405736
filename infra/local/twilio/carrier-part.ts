import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { Store, StoredMessage } from './store.ts';
import { postSigned, type WebhookAnswer } from './webhooks.ts';

export interface CarrierOptions {
  readonly accountSid: string;
  readonly authToken: string;
  readonly inboundWebhookUrl?: string;
  readonly statusDelayMilliseconds: number;
}

const STOP = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const START = new Set(['START', 'UNSTOP', 'YES']);
const HELP = new Set(['HELP', 'INFO']);

/** Endings of numbers that cannot get texts, as Twilio's magic numbers, with the status and error of the last callback. */
const UNDELIVERABLE: Readonly<Record<string, { status: string; errorCode: number }>> = {
  '0191': { status: 'undelivered', errorCode: 30006 },
  '0192': { status: 'undelivered', errorCode: 30003 },
  '0193': { status: 'undelivered', errorCode: 30007 },
};

/** Plays the carrier: it delivers texts, reports their status, and keeps the list of numbers that texted STOP. */
export class CarrierPart {
  private readonly options: CarrierOptions;
  private readonly store: Store;
  private readonly faults: Faults;
  private readonly underWay = new Set<Promise<void>>();
  private readonly delivered = new Map<string, Readonly<Record<string, string>>>();
  inboundWebhookUrl: string | undefined;
  /** False on a standalone short code: there Twilio neither blocks numbers nor answers STOP. */
  handlesOptOut = true;

  constructor(options: CarrierOptions, store: Store, faults: Faults) {
    this.options = options;
    this.inboundWebhookUrl = options.inboundWebhookUrl;
    this.store = store;
    this.faults = faults;
  }

  /** Delivers a text in the background and calls its status callback at each step. */
  deliver(message: StoredMessage): void {
    const work = this.report(message).catch(() => {});
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  private async report(message: StoredMessage): Promise<void> {
    const asked = this.faults.take(message.to, 'undelivered');
    const failure = asked
      ? { status: 'undelivered', errorCode: asked.errorCode }
      : UNDELIVERABLE[message.to.slice(-4)];
    const steps = ['sent', failure?.status ?? 'delivered'];
    const mode = this.faults.take(message.to, 'callbacks')?.mode;
    const order = mode === 'shuffled' ? ['delivered', 'sent', 'delivered', 'queued', 'unheard-of'] : steps;
    for (const status of order) {
      await sleep(this.options.statusDelayMilliseconds);
      if (steps.includes(status)) message.status = steps.at(-1) === message.status ? message.status : status;
      const isLast = status === failure?.status;
      if (isLast) message.errorCode = failure.errorCode;
      if (!message.statusCallback || mode === 'missing') continue;
      const fields = {
        AccountSid: this.options.accountSid,
        ApiVersion: '2010-04-01',
        From: message.from,
        To: message.to,
        MessageSid: message.sid,
        SmsSid: message.sid,
        MessageStatus: status,
        SmsStatus: status,
        ...(isLast && { ErrorCode: String(failure.errorCode) }),
      };
      for (let times = mode === 'doubled' ? 2 : 1; times > 0; times--) {
        await postSigned(message.statusCallback, fields, this.options.authToken);
      }
    }
  }

  /** Receives a person's text: Twilio acts on its own keywords, and calls our webhook for every text. */
  async inbound(text: {
    readonly from: string;
    readonly to: string;
    readonly body: string;
    readonly more?: Readonly<Record<string, string>>;
  }): Promise<WebhookAnswer & { readonly messageSid: string }> {
    const { from, to, body } = text;
    const word = body.trim().toUpperCase();
    if (this.handlesOptOut && STOP.has(word)) this.store.block(to, from);
    if (this.handlesOptOut && START.has(word)) this.store.unblock(to, from);
    const plain = { messagingServiceSid: null, statusCallback: null, errorCode: null };
    const { sid } = this.store.add({ ...plain, from, to, body, direction: 'inbound', status: 'received' });
    if (this.handlesOptOut && (STOP.has(word) || HELP.has(word))) {
      const reply = STOP.has(word) ? 'You have been unsubscribed.' : 'Reply STOP to unsubscribe.';
      const answer = {
        from: to,
        to: from,
        body: reply,
        direction: 'outbound-reply',
        status: 'delivered',
      } as const;
      this.store.add({ ...plain, ...answer });
    }
    this.store.save();
    const fields = {
      AccountSid: this.options.accountSid,
      ApiVersion: '2010-04-01',
      Body: body,
      From: from,
      FromCountry: 'US',
      MessageSid: sid,
      NumMedia: '0',
      NumSegments: '1',
      SmsMessageSid: sid,
      SmsSid: sid,
      SmsStatus: 'received',
      To: to,
      ToCountry: 'US',
      ...text.more,
    };
    this.delivered.set(sid, fields);
    if (this.faults.take(from, 'webhookLost')) return { status: 0, body: '', messageSid: sid };
    return { ...(await this.postInbound(fields)), messageSid: sid };
  }

  /** Delivers a webhook once more, as Twilio does after a broken connection. */
  redeliver(messageSid: string): Promise<WebhookAnswer> {
    const fields = this.delivered.get(messageSid);
    if (!fields) throw new Error(`No webhook was delivered for ${messageSid}`);
    return this.postInbound(fields);
  }

  private postInbound(fields: Readonly<Record<string, string>>): Promise<WebhookAnswer> {
    if (!this.inboundWebhookUrl) throw new Error('The stand-in has no webhook to deliver texts to');
    return postSigned(this.inboundWebhookUrl, fields, this.options.authToken);
  }

  /** Waits until the callbacks that are under way have been answered. */
  async settle(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
