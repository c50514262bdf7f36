/** Step 8: names of classes, days and hours, and what happens to what changes or disappears. */
import { html } from 'ghtml';
import type { ZodType } from 'zod';
import { classNameValues } from '../../../profile/classes.ts';
import { endings } from '../../../profile/life.ts';
import type { Fields } from './fields.ts';
import { list, stepPage, text } from './frame.ts';
import { type PlainField, plainContent, renderPlain, shapeOf } from './plain-fields.ts';
import { textOr } from './values.ts';

const choicesOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));
const leaving = choicesOf({ remove: 'Remove', keep: 'Keep' });
const gone = choicesOf({ keep: 'Keep the account', disable: 'Disable the account' });
const drifted = choicesOf({ repair: 'Repair', report: 'Report', ignore: 'Ignore' });
const asDropped = choicesOf({ '': 'As for those who left', remove: 'Remove', keep: 'Keep' });

const groups: readonly { title: string; fields: readonly PlainField[] }[] = [
  {
    title: 'Classes',
    fields: [
      {
        path: 'classes.name',
        kind: 'text',
        label: 'Name of a class',
        hint: `Made of ${classNameValues.map((name) => `{${name}}`).join(' ')}; a part in [ ] is left out where a value is missing.`,
      },
      {
        path: 'classes.displayName',
        kind: 'choice',
        label: 'When PowerSchool renames the course',
        choices: choicesOf({ always: 'Rename the class', 'create-only': 'Keep the name' }),
      },
      {
        path: 'classes.unsupportedCharacters',
        kind: 'choice',
        label: 'Characters that Teams dislikes',
        choices: choicesOf({ keep: 'Keep', replace: 'Replace by _' }),
      },
      {
        path: 'classes.createTeam',
        kind: 'flag',
        label: 'Create a team for every class that has a teacher',
        hint: 'Students see it once a teacher activates it.',
      },
    ],
  },
  {
    title: 'Days and hours, in the time zone of PowerSchool',
    fields: [
      { path: 'dates.startsOn', kind: 'date', empty: 'null', label: 'First day' },
      { path: 'dates.expiresOn', kind: 'date', empty: 'null', label: 'Last day' },
      { path: 'dates.studentsFrom', kind: 'date', empty: 'null', label: 'Students join from' },
      {
        path: 'dates.openDaysBefore',
        kind: 'number',
        empty: 'null',
        label: 'Days before the term',
        hint: 'When a class is created; empty: as soon as PowerSchool has it.',
      },
      {
        path: 'schedule.cycleSeconds',
        kind: 'number',
        empty: 'null',
        label: 'Seconds between two looks',
        hint: 'Empty: the relay’s setting.',
      },
    ],
  },
  {
    title: 'What changes and disappears',
    fields: [
      { path: 'policies.studentLeftClass', kind: 'choice', label: 'A student leaves a class', choices: leaving },
      { path: 'policies.teacherLeftClass', kind: 'choice', label: 'A teacher leaves a class', choices: leaving },
      {
        path: 'policies.studentTermEnded',
        kind: 'choice',
        label: 'A student’s term is over',
        choices: asDropped,
        nullAs: '',
      },
      {
        path: 'policies.teacherTermEnded',
        kind: 'choice',
        label: 'A teacher’s term is over',
        choices: asDropped,
        nullAs: '',
      },
      { path: 'policies.studentGone', kind: 'choice', label: 'A student is gone', choices: gone },
      { path: 'policies.teacherGone', kind: 'choice', label: 'A teacher is gone', choices: gone },
      { path: 'policies.goneForDays', kind: 'number', empty: 'default', label: 'Days to wait before that' },
      {
        path: 'policies.revokeSessions',
        kind: 'flag',
        label: 'Sign people out everywhere when their account is disabled',
      },
      { path: 'preRegistered', kind: 'flag', label: 'Pre-registered students get accounts, and their classes in time' },
    ],
  },
  {
    title: 'What people change by hand',
    fields: [
      { path: 'drift.memberships', kind: 'choice', label: 'Memberships that somebody removed', choices: drifted },
      { path: 'drift.attributes', kind: 'choice', label: 'Values that somebody changed', choices: drifted },
      {
        path: 'drift.foreignMembers',
        kind: 'choice',
        label: 'Members whom somebody added',
        choices: choicesOf({ keep: 'Keep', report: 'Report', remove: 'Remove' }),
      },
      {
        path: 'drift.deletedObjects',
        kind: 'choice',
        label: 'Classes that somebody deleted',
        choices: choicesOf({ report: 'Report', recreate: 'Create again' }),
      },
      {
        path: 'drift.deletedAccounts',
        kind: 'choice',
        label: 'Accounts that somebody deleted',
        choices: choicesOf({ report: 'Report', recreate: 'Create again' }),
      },
    ],
  },
];

const plain = groups.flatMap(({ fields }) => fields);
const own = { sectionGone: list, 'hours.from': text.default(''), 'hours.to': text.default('') };
const endingWords = {
  removeStudents: 'Remove its students',
  markExpired: 'Mark it as expired in its name',
  archiveTeam: 'Archive its team',
} as const satisfies Record<(typeof endings)[number], string>;

export const classesStep = stepPage<undefined, Record<string, ZodType>>({
  step: 'classes',
  question: 'What are classes called, and when does what happen?',
  fields: { ...shapeOf(plain), ...own },
  load: async () => undefined,
  body: (form) =>
    html`!${groups.map(
      ({ title, fields }, at) =>
        html`<section class="panel stack"><h2>${title}</h2><div class="grid">!${fields.map((field) => renderPlain(form, field))}</div>!${at === 1 ? hours(form) : ''}!${at === 2 ? endingsOf(form) : ''}</section>`,
    )}`,
  content(sent, document) {
    const next = plainContent(plain, sent, document);
    const chosen = own.sectionGone.parse(sent.sectionGone);
    const from = textOr(own['hours.from'].parse(sent['hours.from']), null);
    const to = textOr(own['hours.to'].parse(sent['hours.to']), null);
    return {
      ...next,
      policies: { ...objectOf(next.policies), sectionGone: chosen.length === 0 ? 'keep' : chosen },
      schedule: {
        ...objectOf(next.schedule),
        hours: from === null && to === null ? null : { from: from ?? '', to: to ?? '' },
      },
    };
  },
});

function hours(form: Fields): string {
  const [from, to] = [form.value('schedule.hours.from'), form.value('schedule.hours.to')].map((one) =>
    String(one ?? ''),
  );
  return form.group({
    path: 'schedule.hours',
    label: 'Hours in which Microsoft 365 is written to',
    hint: 'Both empty: at any time. The end may be on the next day.',
    content: html`<div class="fields"><label>From<input type="time" name="hours.from" id="f-hours-from" value="${from}"></label><label>To<input type="time" name="hours.to" id="f-hours-to" value="${to}"></label></div>`,
  });
}

function endingsOf(form: Fields): string {
  const given = form.value('policies.sectionGone');
  const chosen: readonly unknown[] = Array.isArray(given) ? given : [];
  const boxes = endings.map(
    (ending) =>
      html`<label class="choice"><input type="checkbox" name="sectionGone" value="${ending}" !${chosen.includes(ending) ? 'checked' : ''}><span>${endingWords[ending]}</span></label>`,
  );
  return form.group({
    path: 'policies.sectionGone',
    label: 'When the section of a class is gone',
    hint: 'Nothing chosen: the class stays as it is.',
    content: boxes.join(''),
  });
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
