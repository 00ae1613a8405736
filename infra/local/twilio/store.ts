import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A stored text has only those fields of Twilio's message resource that a caller reads. */
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
  /** `sender number` pairs that Twilio blocks, after STOP or a call of its consent API. */
  blocked: string[];
}

/** Stores the stand-in's texts and carrier blocks. A path makes them outlive the process. */
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

  /** Blocks texts from one sender to a number, as Twilio does after STOP. */
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
