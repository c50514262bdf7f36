/** What is wrong now, and the channels through which people hear of it: of a district, and of the relay itself. */
import { z } from 'zod';
import { quietSchema } from '../../../shared/quiet.ts';
import {
  addAlertChannel,
  type ChannelInput,
  editAlertChannel,
  removeAlertChannel,
  testAlertChannel,
} from '../../app/commands/alerts.ts';
import { alertsAnswer, alertsNow, channelsAnswer, channelsNow } from '../../app/queries/alerts.ts';
import { alertCauses, alertReaders } from '../../model/alert.ts';
import { change, changeAcross, nothing } from './change-route.ts';
import { queries } from './query.ts';
import { question, questionAcross, type Route } from './route.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u, 'it must be one line without control characters');

const rules = {
  name,
  readers: z
    .array(z.enum(alertReaders))
    .min(1)
    .max(alertReaders.length)
    .optional()
    .meta({ description: 'Only alerts that concern these; by default all.' }),
  causes: z
    .array(z.enum(alertCauses))
    .min(1)
    .max(alertCauses.length)
    .optional()
    .meta({ description: 'Only these causes; by default all.' }),
  quiet: quietSchema.optional().meta({ description: 'Times of day at which nothing is sent.' }),
  timeZone: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "IANA name, of the quiet hours; by default the district's, or the relay's." }),
};

const changedRules = z
  .strictObject({
    ...{ name: rules.name.optional(), readers: rules.readers, quiet: rules.quiet },
    causes: z.array(z.enum(alertCauses)).min(1).max(alertCauses.length).nullable().optional(),
    timeZone: z.string().max(100).nullable().optional(),
  })
  .meta({ description: 'What is left out stays. Causes null: all; time zone null: that of the relay.' });

const url = z.string().min(1).max(2000);
const text = z.string().min(1).max(2000);

const channelBody = z.strictObject({
  ...rules,
  target: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('webhook'), url }),
    z.strictObject({ kind: z.literal('heartbeat'), url }),
    z.strictObject({
      kind: z.literal('smtp'),
      host: text,
      port: z.int().min(1).max(65_535).default(587),
      from: text,
      to: z.array(text).min(1).max(20),
      user: text.optional(),
      password: text.optional(),
    }),
  ]),
});

const made = z.object({
  id: z.string(),
  name: z.string(),
  target: z.string(),
  signingKey: z.string().nullable().meta({
    description: 'With which the receiver of a webhook checks its signature (Standard Webhooks). Shown here alone.',
  }),
});
const named = z.object({ id: z.string(), name: z.string() });
const summaries = {
  alerts: 'What is wrong now, the oldest first. No alert names a person.',
  channels: 'Through which channels people hear of it, and whether each delivers.',
  add: 'Adds a channel: a webhook, a mailbox, or an address that the relay calls while all is well.',
  edit: 'Changes whom a channel tells, of what and when. Where it leads stays.',
  test: 'Sends a test through a channel, at once and a single time.',
  remove: 'Removes a channel. What it was still to tell is not told.',
};

function inputOf({ target: { kind, ...target }, ...rest }: z.output<typeof channelBody>): Omit<ChannelInput, 'tenant'> {
  return { ...rest, kind, target };
}

export const alertRoutes: readonly Route[] = [
  question({
    path: 'alerts',
    question: 'alerts',
    effort: 'keyed',
    summary: summaries.alerts,
    query: queries.none,
    answer: alertsAnswer,
    json: ({ app, actor, tenant }) => alertsNow(app, actor, tenant),
  }),
  question({
    path: 'alert-channels',
    question: 'alertChannels',
    effort: 'keyed',
    summary: summaries.channels,
    query: queries.none,
    answer: channelsAnswer,
    json: ({ app, actor, tenant }) => channelsNow(app, actor, tenant),
  }),
  change({
    path: 'alert-channels',
    action: 'alert.add',
    summary: summaries.add,
    body: channelBody,
    answer: made,
    status: 201,
    async perform({ app, actor, tenant }, body) {
      return { name: body.name, ...(await addAlertChannel(app, actor, { tenant, ...inputOf(body) })) };
    },
  }),
  change({
    method: 'PATCH',
    path: 'alert-channels/{channel}',
    action: 'alert.edit',
    summary: summaries.edit,
    body: changedRules,
    answer: named,
    async perform({ app, actor, tenant, params }, body) {
      return await editAlertChannel(app, actor, { tenant, channel: params.channel ?? '', ...body });
    },
  }),
  change({
    path: 'alert-channels/{channel}/test',
    action: 'alert.test',
    summary: summaries.test,
    body: nothing,
    answer: named.extend({ target: z.string() }),
    async perform({ app, actor, tenant, params }) {
      return await testAlertChannel(app, actor, { tenant, channel: params.channel ?? '' });
    },
  }),
  change({
    method: 'DELETE',
    path: 'alert-channels/{channel}',
    action: 'alert.remove',
    summary: summaries.remove,
    body: nothing,
    answer: named,
    async perform({ app, actor, tenant, params }) {
      return await removeAlertChannel(app, actor, { tenant, channel: params.channel ?? '' });
    },
  }),
  questionAcross({
    path: 'relay/alerts',
    question: 'relayAlerts',
    effort: 'keyed',
    summary: `${summaries.alerts} Of the relay itself; districts have their own.`,
    query: queries.none,
    answer: alertsAnswer,
    json: ({ app, actor }) => alertsNow(app, actor, undefined),
  }),
  questionAcross({
    path: 'relay/alert-channels',
    question: 'relayAlertChannels',
    effort: 'keyed',
    summary: `${summaries.channels} Those of the relay hear of every district.`,
    query: queries.none,
    answer: channelsAnswer,
    json: ({ app, actor }) => channelsNow(app, actor, undefined),
  }),
  changeAcross({
    path: 'relay/alert-channels',
    action: 'relayAlert.add',
    summary: `${summaries.add} It hears of every district.`,
    body: channelBody,
    answer: made,
    status: 201,
    async perform({ app, actor }, body) {
      return { name: body.name, ...(await addAlertChannel(app, actor, { tenant: undefined, ...inputOf(body) })) };
    },
  }),
  changeAcross({
    method: 'PATCH',
    path: 'relay/alert-channels/{channel}',
    action: 'relayAlert.edit',
    summary: summaries.edit,
    body: changedRules,
    answer: named,
    async perform({ app, actor, params }, body) {
      return await editAlertChannel(app, actor, { tenant: undefined, channel: params.channel ?? '', ...body });
    },
  }),
  changeAcross({
    path: 'relay/alert-channels/{channel}/test',
    action: 'relayAlert.test',
    summary: summaries.test,
    body: nothing,
    answer: named.extend({ target: z.string() }),
    async perform({ app, actor, params }) {
      return await testAlertChannel(app, actor, { tenant: undefined, channel: params.channel ?? '' });
    },
  }),
  changeAcross({
    method: 'DELETE',
    path: 'relay/alert-channels/{channel}',
    action: 'relayAlert.remove',
    summary: summaries.remove,
    body: nothing,
    answer: named,
    async perform({ app, actor, params }) {
      return await removeAlertChannel(app, actor, { tenant: undefined, channel: params.channel ?? '' });
    },
  }),
];
