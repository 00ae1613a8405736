import * as z from 'zod';
import type { RouteDescription } from '../http/route.ts';
import { settingsSchema } from '../organization/settings.ts';
import { senderIssueCodes } from './check-sender.ts';

const settingSchema = z
  .object({ name: z.string(), now: z.string().nullable(), right: z.string() })
  .meta({ id: 'SenderSetting', description: 'A setting at Twilio, as it is and as it should be.' });
const findingSchema = z
  .object({
    code: z.enum(senderIssueCodes),
    severity: z.enum(['broken', 'weak']),
    subject: z.string(),
    sentence: z.string(),
    setting: settingSchema.optional(),
  })
  .meta({ id: 'SenderIssue', description: 'Something to change at Twilio.' });
const checkSchema = z
  .object({
    sender: z.string(),
    checkedAt: z.string(),
    /** True when no issue is `broken`: replies, STOP included, reach us. */
    repliesReachUs: z.boolean(),
    numbers: z.array(z.string()),
    findings: z.array(findingSchema),
  })
  .meta({ id: 'SenderCheck' });
export type SenderCheck = z.infer<typeof checkSchema>;

const INBOUND = 'https://texts.acme.example/twilio/inbound';
const findingExample = {
  code: 'inboundElsewhere',
  severity: 'broken',
  subject: '+13035550100',
  sentence: `Incoming texts of +13035550100 go nowhere, so that no STOP and no reply reaches us: set the address for incoming messages to ${INBOUND}.`,
  setting: { name: 'inboundUrl', now: null, right: INBOUND },
} as const;
const checkExample: SenderCheck = {
  sender: '+13035550100',
  checkedAt: '2026-11-20T15:04:10.000Z',
  repliesReachUs: false,
  numbers: ['+13035550100'],
  findings: [findingExample],
};

const a2pSchema = settingsSchema.pick({ a2pVerified: true, a2pVerification: true }).meta({ id: 'A2pStatus' });
export type A2pAnswer = z.infer<typeof a2pSchema>;

/** The sender's routes. The OpenAPI description and the stack read them here; `functions/sender-admin` serves them. */
export const senderApi = {
  check: {
    method: 'GET',
    path: '/sender/check',
    operationId: 'checkSender',
    tag: 'sender',
    summary: 'Whether replies to the sender reach us, and one sentence for each thing to change at Twilio',
    roles: ['admin'],
    answers: { status: 200, schema: checkSchema, example: checkExample },
  },
  repair: {
    method: 'POST',
    path: '/sender/repair',
    operationId: 'repairSender',
    tag: 'sender',
    summary:
      'Changes at Twilio what the check found wrong, and nothing else; answers what was changed and what is left',
    roles: ['admin'],
    answers: {
      status: 200,
      schema: z.object({
        changed: z.array(settingSchema.extend({ subject: z.string(), sentence: z.string() })),
        check: checkSchema,
      }),
      example: {
        changed: [
          {
            ...findingExample.setting,
            subject: '+13035550100',
            sentence: `inboundUrl of +13035550100 is ${INBOUND} now; it was not set before.`,
          },
        ],
        check: { ...checkExample, repliesReachUs: true, findings: [] },
      },
    },
  },
  refreshA2p: {
    method: 'POST',
    path: '/sender/a2p/refresh',
    operationId: 'refreshA2pVerification',
    tag: 'sender',
    summary:
      'Reads from Twilio whether the carriers have verified the A2P campaign, and sets a2pVerified to it',
    roles: ['admin'],
    answers: {
      status: 200,
      schema: a2pSchema,
      example: {
        a2pVerified: true,
        a2pVerification: {
          source: 'twilio',
          by: 'ada',
          at: '2026-11-20T15:04:10.000Z',
          campaignStatus: 'VERIFIED',
        },
      },
    },
  },
} as const satisfies Record<string, RouteDescription>;
