/** Profiles over the API: a change names the version that it replaces. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { versionOf } from '../../app/commands/precondition.ts';
import { moveProfile, type ProfileMove } from '../../app/commands/profile-state.ts';
import { dropProfile, putProfile } from '../../app/commands/profiles.ts';
import { checkProfile } from '../../app/queries/check-profile.ts';
import { readDocument } from '../../app/queries/profile-document.ts';
import { profilesAnswer, profilesNow } from '../../app/queries/profiles.ts';
import { stampCounts } from '../../app/queries/stamp-counts.ts';
import type { ProfileDocument } from '../../profile/document.ts';
import { type Profile, profileState } from '../../profile/profile.ts';
import type { ProfileProblem } from '../../profile/tenant-facts.ts';
import { chooseProfile, readProfiles } from '../../store/profiles/profiles.ts';
import { change, FullAnswer } from './change-route.ts';
import { etagOf, readTags } from './etag.ts';
import { Refused } from './problem.ts';
import { queries, readQuery } from './query.ts';
import { type DistrictContext, ofDistrict, plain, question, type Route, read } from './route.ts';

const document = z.record(z.string(), z.unknown()).meta({ description: 'A profile, as docs/profile.md describes it.' });
const problems = z
  .array(
    z.object({ field: z.string(), severity: z.enum(['error', 'warning']), reason: z.string(), remedy: z.string() }),
  )
  .meta({ description: 'What the check found.' });

const actions = {
  enable: 'profile.enabled',
  resume: 'profile.enabled',
  pause: 'profile.paused',
  preview: 'profile.preview',
} as const;

export const profileRoutes: readonly Route[] = [
  question({
    path: 'profiles',
    question: 'profiles',
    effort: 'keyed',
    summary: 'The profiles of the district, and the standing of each.',
    query: queries.none,
    answer: profilesAnswer,
    json: (context) => read(context, profilesNow),
  }),
  {
    ...plain,
    method: 'GET',
    path: ofDistrict('profiles/{name}'),
    action: 'profiles',
    summary: 'The stored profile, with every option. Its ETag is the version that a change must name.',
    query: queries.none,
    answer: document,
    isAcross: false,
    async answerTo(context, input) {
      readQuery(queries.none, input.query);
      const profile = await inForce(context);
      const version = versionOf(profile);
      const headers = { etag: etagOf(version) };
      const known = readTags('If-None-Match', context.headers.ifNoneMatch);
      if (known === '*' || known?.includes(version)) return { status: 304, headers, empty: true };
      return { headers, json: profile };
    },
  },
  change({
    method: 'PUT',
    path: 'profiles/{name}',
    action: 'profile.set',
    effort: 'long',
    summary:
      'Checks a profile and stores it, replacing the one with the same name. Its state stays as it is; a new profile starts in preview. Needs If-Match for an existing profile.',
    body: document,
    answer: z.object({
      profile: document,
      isNew: z.boolean(),
      resolved: z
        .array(z.object({ path: z.string(), given: z.string(), id: z.string(), label: z.string() }))
        .meta({ description: 'Names in the document, and the ids that they stand for.' }),
      notices: z.array(z.string()),
      problems,
    }),
    asksMicrosoft: true,
    hasVersion: true,
    async perform(context, _body, { text }) {
      const { app, actor, tenant, headers } = context;
      const submitted = await documentOf(context, text);
      const precondition = {
        match: readTags('If-Match', headers.ifMatch),
        noneMatch: readTags('If-None-Match', headers.ifNoneMatch),
        isNeeded: true,
      };
      const { found, result } = await withFindings((onFindings) =>
        putProfile(app, actor, { tenant, document: submitted, precondition, onFindings }),
      );
      const { profile, isNew } = result;
      const { resolved, notices } = submitted;
      return new FullAnswer({
        status: isNew ? 201 : 200,
        headers: { etag: etagOf(versionOf(profile)) },
        json: { profile, isNew, resolved, notices, problems: found },
      });
    },
  }),
  change({
    method: 'DELETE',
    path: 'profiles/{name}',
    action: 'profile.remove',
    summary: 'Removes a profile. What it created in Microsoft 365 stays. Needs If-Match.',
    body: z.strictObject({}),
    answer: z.object({ profile: z.string() }),
    hasVersion: true,
    async perform({ app, actor, tenant, params, headers }) {
      const { name = '' } = params;
      const precondition = { match: readTags('If-Match', headers.ifMatch), isNeeded: true };
      await dropProfile(app, actor, { tenant, profile: name, precondition });
      return { profile: name };
    },
  }),
  change({
    path: 'profiles/{name}/check',
    action: 'check',
    effort: 'long',
    summary:
      'Checks the stored profile, or the one in the body, against Microsoft 365 and the roster. Changes nothing.',
    body: document,
    answer: z.object({
      ready: z.boolean(),
      problems,
      stamps: z
        .record(z.string(), z.object({ total: z.int(), fitting: z.record(z.string(), z.int()) }))
        .meta({ description: "How School Data Sync's ids fit the roster." }),
    }),
    asksMicrosoft: true,
    async perform(context, body, { text }) {
      const { app, actor, tenant, params } = context;
      const checked = Object.keys(body).length === 0 ? params.name : (await documentOf(context, text)).profile;
      const { problems: found, stamps, unasked } = await checkProfile(app, actor, tenant, checked);
      if (unasked !== undefined) throw new Refused(unasked, { problems: found });
      const ready = !found.some(({ severity }) => severity === 'error');
      return { ready, problems: found, stamps: stampCounts(stamps) };
    },
  }),
  move('enable', 'Lets runs write to Microsoft 365, after the check. Also ends a pause or a quarantine.', true),
  move('resume', 'Ends a pause or a quarantine. A profile that was enabled writes again, after the check.', true),
  move('pause', 'Stops all runs. A run in progress ends within seconds.', false),
  move('preview', 'Runs keep planning and counting, but write nothing.', false),
];

function move(name: ProfileMove, summary: string, isChecked: boolean): Route {
  return change({
    path: `profiles/{name}/${name}`,
    action: actions[name],
    summary,
    body: z.strictObject({
      unchecked: z.boolean().optional().meta({ description: 'Skip the check against Microsoft 365 and the roster.' }),
    }),
    answer: z.object({ profile: z.string(), state: profileState, problems }),
    ...(isChecked && { effort: 'long', asksMicrosoft: true }),
    hasVersion: true,
    async perform({ app, actor, tenant, params, headers }, { unchecked }) {
      const precondition = { match: readTags('If-Match', headers.ifMatch), isNeeded: false };
      const input = { tenant, profile: params.name ?? '', move: name, unchecked, precondition };
      const { found, result } = await withFindings((onFindings) =>
        moveProfile(app, actor, { ...input, onFindings: (checked) => onFindings(checked.problems) }),
      );
      return new FullAnswer({
        headers: { etag: etagOf(versionOf(result)) },
        json: { profile: result.name, state: result.state, problems: found },
      });
    },
  });
}

type OnFindings = (found: readonly ProfileProblem[]) => void;

/** Reports what the check found, also if the change is refused because of it. */
async function withFindings<T>(
  work: (onFindings: OnFindings) => Promise<T>,
): Promise<{ found: readonly ProfileProblem[]; result: T }> {
  let found: readonly ProfileProblem[] = [];
  const result = await work((problems) => {
    found = problems;
  }).catch((error: unknown) => {
    throw found.length === 0 ? error : new Refused(error, { problems: found });
  });
  return { found, result };
}

async function inForce(context: DistrictContext): Promise<Profile> {
  return chooseProfile(await read(context, readProfiles), context.tenant.slug, context.params.name);
}

/** @throws HallpassError PROFILE_INVALID, API_BODY_INVALID if its name is not that in the path */
async function documentOf({ app, actor, tenant, params }: DistrictContext, text: string): Promise<ProfileDocument> {
  const { name = '' } = params;
  const parsed = await readDocument(app, actor, tenant, { text, name: `"${name}"` });
  if (parsed.profile.name === name) return parsed;
  throw fail('API_BODY_INVALID', { reason: `name: it must be "${name}", as in the path` });
}
