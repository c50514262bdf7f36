/** Step 6: the schools, with what agents have sent of each. */
import { html } from 'ghtml';
import { count, icon } from '../../../../shared/page/parts.ts';
import { districtSchools, type ListedSchool } from '../../../app/queries/schools.ts';
import { type Fields, idOf, valueAt } from './fields.ts';
import { list, stepPage, text } from './frame.ts';
import { trialForm } from './trial.ts';

const fields = { schools: text.optional(), school: list };

export const schoolsStep = stepPage<readonly ListedSchool[], typeof fields>({
  step: 'schools',
  effort: 'short',
  question: (schools) =>
    schools.length === 0 ? 'No agent has sent the names of the schools yet.' : 'Which schools does the profile cover?',
  fields,
  load: ({ app, actor, tenant }) => districtSchools(app, actor, tenant),
  body: (form, schools, _view, { draft }) => html`<section class="panel stack">
!${form.radios({
    path: 'schools',
    label: 'Schools',
    chosen: chosenIn(form),
    choices: [
      { value: 'all', label: 'All schools', hint: 'New ones too, except those that another profile names.' },
      { value: 'some', label: 'These schools' },
    ],
  })}
!${tableOf(schools, form, draft.profile)}
</section>`,
  beside: (schools, view, here, now) =>
    schools.some(({ students }) => students > 0) ? '' : trialForm(now, view, here),
  content: ({ schools, school }) => ({
    schools: schools === 'some' || (schools === undefined && school.length > 0) ? school : schools,
  }),
});

function chosenIn(form: Fields): string {
  const given = form.value('schools');
  return given === undefined ? '' : given === 'all' ? 'all' : 'some';
}

/** The schools that are not in the roster stay in the draft, and are said to be unknown. */
function tableOf(schools: readonly ListedSchool[], form: Fields, own: string | null): string {
  const given = valueAt({ schools: form.value('schools') }, 'schools');
  const chosen: readonly unknown[] = Array.isArray(given) ? given : [];
  const unknown = chosen.filter((id) => !schools.some((one) => one.id === id)).map(String);
  const rows = schools.map(({ id, number, name, students, teachers, sections, profiles }) => {
    const others = profiles.filter((one) => one !== own);
    return html`<tr><th scope="row"><label class="choice"><input type="checkbox" name="school" value="${id}" !${chosen.includes(id) ? 'checked' : ''}><span>${name}</span></label></th><td class="number">${number}</td><td class="number">${count(students)}</td><td class="number">${count(teachers)}</td><td class="number">${count(sections)}</td><td>${others.join(', ')}</td></tr>`;
  });
  const missing = unknown.map(
    (id) =>
      html`<tr><th scope="row"><label class="choice"><input type="checkbox" name="school" value="${id}" checked><span class="is-troubled">!${icon('warning')} id ${id}, which PowerSchool does not have</span></label></th><td></td><td></td><td></td><td></td><td></td></tr>`,
  );
  return html`<div class="scroller" tabindex="0" role="region" aria-label="Schools" id="${idOf('school')}"><table>
<thead><tr><th scope="col">School</th><th scope="col" class="number">Number</th><th scope="col" class="number">Students</th><th scope="col" class="number">Teachers</th><th scope="col" class="number">Sections</th><th scope="col">Other profiles</th></tr></thead>
<tbody>!${rows}!${missing}</tbody></table></div>`;
}
