/** The relay itself: its settings and its own audit log. */
import { z } from 'zod';
import { versionOf } from '../../app/commands/precondition.ts';
import { patched } from '../../app/commands/remote-settings.ts';
import { changeSettings } from '../../app/commands/settings.ts';
import { auditAnswer, relayAuditNow } from '../../app/queries/audit.ts';
import { settingsNow } from '../../app/queries/settings.ts';
import { settingsSchema } from '../../settings/settings.ts';
import { changeAcross, FullAnswer } from './change-route.ts';
import { pageOf, readCursor } from './cursor.ts';
import { etagOf, readTags } from './etag.ts';
import { queries, readQuery } from './query.ts';
import { plain, questionAcross, type Route } from './route.ts';

export const relayRoutes: readonly Route[] = [
  {
    ...plain,
    method: 'GET',
    path: 'relay/settings',
    action: 'settings',
    summary: "The relay's settings, with every default. Secrets are in files; these are their paths.",
    query: queries.none,
    answer: settingsSchema,
    isAcross: true,
    async answerTo({ app, actor }, input) {
      readQuery(queries.none, input.query);
      const settings = await settingsNow(app, actor);
      return { headers: { etag: etagOf(versionOf(settings)) }, json: settings };
    },
  },
  changeAcross({
    method: 'PATCH',
    path: 'relay/settings',
    action: 'settings.change',
    summary:
      "Changes the named settings, with effect from the relay's next start. Settings that name a file or an address of Microsoft can be changed only at the terminal.",
    body: z.record(z.string(), z.record(z.string(), z.unknown())).meta({
      description: 'By section and name, as in the answer; null resets a setting to its default.',
      examples: [{ journal: { keepDays: 30 }, listen: { publicUrl: null } }],
    }),
    answer: z.object({ settings: settingsSchema, warnings: z.array(z.string()) }),
    hasVersion: true,
    async perform({ app, actor, headers }, patch) {
      const precondition = { match: readTags('If-Match', headers.ifMatch), isNeeded: false };
      const { after, warnings } = await changeSettings(app, actor, (before) => patched(before, patch), precondition);
      return new FullAnswer({ headers: { etag: etagOf(versionOf(after)) }, json: { settings: after, warnings } });
    },
  }),
  questionAcross({
    path: 'relay/audit',
    question: 'relayAudit',
    effort: 'short',
    summary: 'Who changed settings, and added, changed or removed districts; newest first.',
    query: queries.audit,
    answer: auditAnswer.extend({ next: z.string().nullable() }),
    async json({ app, actor }, { since, limit, cursor }) {
      const [before] = readCursor(cursor, z.tuple([z.int()])) ?? [];
      const { entries } = await relayAuditNow(app, actor, { since, before, limit: limit + 1 });
      const { page, next } = pageOf(entries, limit, ({ seq }) => [seq]);
      return { entries: page, next };
    },
  }),
];
