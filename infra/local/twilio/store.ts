import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A text as the stand-in stores it: the fields of Twilio's message resource that are read. */
export interface StoredMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  readonly messagingServiceSid: string | null;
  readonly statusCallback: string | null;
  readonly createdAt: string;
  status: string;
  errorCode: number | null;
}

interface State {
  messages: StoredMessage[];
  /** `sender number` pairs that texted STOP. */
  blocked: string[];
}

/** Stores the carrier's texts and STOP list, in a file when they must outlive the process. */
export class Store {
  readonly messages: StoredMessage[] = [];
  private readonly blocked = new Set<string>();
  private readonly path: string | undefined;

  constructor(path?: string) {
    this.path = path;
    if (!path || !existsSync(path)) return;
    const state = JSON.parse(readFileSync(path, 'utf8')) as State;
    this.messages.push(...state.messages);
    for (const pair of state.blocked) this.blocked.add(pair);
  }

  add(given: Omit<StoredMessage, 'sid' | 'createdAt'>): StoredMessage {
    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    const message = { ...given, sid, createdAt: new Date().toISOString() };
    this.messages.push(message);
    return message;
  }

  /** Deletes a text, as Twilio's API allows. */
  remove(sid: string): void {
    const index = this.messages.findIndex((message) => message.sid === sid);
    if (index >= 0) this.messages.splice(index, 1);
  }

  /** Blocks a number for one sender, as Twilio's default opt-out handling does. */
  block(sender: string, number: string): void {
    this.blocked.add(`${sender} ${number}`);
  }
  unblock(sender: string, number: string): void {
    this.blocked.delete(`${sender} ${number}`);
  }
  isBlocked(sender: string, number: string): boolean {
    return this.blocked.has(`${sender} ${number}`);
  }

  save(): void {
    if (!this.path) return;
    const state: State = { messages: this.messages, blocked: [...this.blocked] };
    writeFileSync(this.path, JSON.stringify(state));
  }
}
