/** What an administrator should know about a plugin's options: shown in the guide and before approval. */
import { sourceText } from './extracts/sources.ts';
import type { PluginChoices } from './manifest.ts';

export function notesOf({ variant, sources }: PluginChoices): string[] {
  if (variant !== 'powerquery') return [...restNotes, variant === 'rest' ? restVersionNote : legacyVersionNote];
  const notes: string[] = [];
  if (sources.studentEmail.from === 'contact') notes.push(contactNote);
  if (sources.studentEmail.from === 'column') notes.push(columnNote(sources.studentEmail, 'STUDENTS'));
  if (sources.teacherUsername.from === 'column') notes.push(columnNote(sources.teacherUsername, 'USERS'));
  return notes;
}

const restNotes = [
  'PowerSchool grants /ws/v1 as a whole: the plugin could read more than the agent does, for example addresses and phone numbers of students. The variant "powerquery" asks for single columns, and is the better choice if you may use PowerQueries.',
  '/ws/v1 has only the lead teacher of a section. These rosters have no co-teachers.',
];

const restVersionNote =
  'This plugin is for PowerSchool 25.2 and later. An older server refuses to install it, because it does not know the attribute accessLevelV1Api. Use the variant "rest-legacy" there.';

const legacyVersionNote =
  'This plugin is for PowerSchool before 25.2. A later server installs it, but then denies /ws/v1 (401 "Plugin is missing required accessLevelV1Api READ permission"). Use the variant "rest" there, or raise the access level on the Data Provider Configuration page.';

const contactNote =
  'The plugin reads email addresses from the older contact tables. PowerSchool documents only PSM_StudentContact.Email. How to reach it (SYNC_StudentMap, and the contact type "Self") is known from queries that districts have published, and whether PowerSchool grants a plugin these tables has not been tried on a live server. Enabling the plugin shows it: if PowerSchool calls one of these tables invalid, choose "person" or a column instead.';

function columnNote(source: { from: 'column'; table: string; field: string }, home: 'STUDENTS' | 'USERS'): string {
  const name = `${source.table}.${source.field}`;
  const key = source.table === home ? '' : `, and ${source.table} needs the column ${home}DCID`;
  return `${name} was chosen with ${sourceText(source)}. It must exist in your PowerSchool${key}. If it does not, PowerSchool installs the plugin, but cannot enable it.`;
}
