/** The button that lets agents send what rules are compared by, before the profile is finished. */
import { html } from 'ghtml';
import { icon } from '../../../../shared/page/parts.ts';
import type { DraftNow } from '../../../app/queries/profile-drafts.ts';
import { formTo } from '../shell/form.ts';
import type { View } from '../shell/page.ts';
import { type Here, stepPath } from './frame.ts';

/** Empty where the profile is in force already: agents then send what it asks for. */
export function trialForm({ draft }: DraftNow, view: View, { slug, draft: id }: Here): string {
  if (draft.profile !== null) {
    return html`<section class="panel stack"><p>!${icon('wait')} The profile is stored, and agents send its people with their next cycle. Load this page again in a minute.</p></section>`;
  }
  return html`<section class="panel stack"><h2>Compare rules on the real people</h2>
<p>Without a profile, agents send the names of schools and nothing of people. This stores the profile <strong>in preview</strong>, which writes nothing to Microsoft 365.</p>
<p>!${icon('next')} The agent will start sending the students, teachers, sections and enrollments of the chosen schools (all of them until you choose), with user name, student or teacher number and email address.</p>
!${formTo(`${stepPath(slug, id, 'summary')}/try`, view, '<button class="primary">Start the preview</button>')}
</section>`;
}
