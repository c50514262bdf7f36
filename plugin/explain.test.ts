import t from 'tap';
import { kinds } from '../shared/roster.ts';
import { readContents } from './contents.ts';
import { asksForNothingNew } from './differences.ts';
import { type ExplainedField, explain, explainFields } from './explain.ts';
import { explanationText } from './explain-text.ts';
import { defaultSources, parseStudentEmail, parseTeacherUsername, type Sources } from './extracts/sources.ts';
import { columnsInSql } from './extracts/sql-columns.ts';
import { extractsOf } from './extracts.ts';
import { guideOf } from './guide.ts';
import { manifestOf, type PluginChoices, powerqueryManifest, variants } from './manifest.ts';
import { powerQueries } from './queries.ts';
import { namedQueriesXml, pluginXml } from './write-xml.ts';

const everySource: Sources[] = [
  defaultSources,
  { studentEmail: { from: 'contact' }, teacherUsername: { from: 'email' } },
  { studentEmail: parseStudentEmail('column:STUDENTS.Web_ID'), teacherUsername: { from: 'number' } },
  {
    studentEmail: parseStudentEmail('column:U_STUDENTSUSERFIELDS.Email'),
    teacherUsername: parseTeacherUsername('column:UsersCoreFields.Login'),
  },
];
const choices = (change: Partial<PluginChoices> = {}): PluginChoices => ({
  variant: 'powerquery',
  version: '2.0',
  sources: defaultSources,
  ...change,
});
const contents = (chosen: PluginChoices) => {
  const manifest = manifestOf(chosen);
  return readContents(pluginXml(manifest), new Map([['q', namedQueriesXml(manifest.queries)]]));
};
const nameOf = ({ table, field }: ExplainedField) => `${table}.${field}`;

t.test('every column has a reason in every query that touches it, and no reason is unused', async (t) => {
  for (const sources of everySource) {
    const explained = new Map(explainFields(sources).map((field) => [nameOf(field), field.uses]));
    t.same([...explained.keys()], manifestOf(choices({ sources })).accessRequest);
    const queries = powerQueries(sources);
    for (const [index, kind] of kinds.entries()) {
      const touched = columnsInSql(queries[index]?.sql ?? '');
      for (const field of touched) {
        t.ok(
          explained.get(field)?.some((use) => use.kinds.includes(kind)),
          `${kind}: ${field}`,
        );
      }
      const extract = extractsOf(sources).find((candidate) => candidate.kind === kind);
      for (const field of Object.keys(extract?.reasons ?? {}))
        t.ok(touched.includes(field), `${kind}: ${field} is touched`);
    }
  }
});

t.test('says what leaves the district, and whose data it is', async (t) => {
  const fields = new Map(explainFields(defaultSources).map((field) => [nameOf(field), field]));
  t.match(fields.get('STUDENTS.Enroll_Status'), {
    personal: undefined,
    uses: [{ sentence: 'only active students are read', sent: 'never' }, { sent: 'never' }],
  });
  t.match(fields.get('EMAILADDRESS.EmailAddress'), {
    personal: 'student',
    uses: [{ sentence: 'email address of each student', sent: 'asked', property: 'student.secondaryEmail' }],
  });
  t.match(fields.get('USERS.LoginID'), {
    personal: 'staff',
    uses: [{ sentence: 'username of each teacher, when there is no teacher login', property: 'teacher.username' }],
  });
  t.match(fields.get('SCHOOLS.DCID')?.uses[0], { sent: 'always', property: 'school.id' });
  t.match(fields.get('SECTIONS.SchoolID')?.uses, [
    { sent: 'never', kinds: ['section', 'studentEnrollment', 'teacherRoster'] },
  ]);
});

t.test('lists what an update changes', async (t) => {
  const chosen = choices({ sources: { ...defaultSources, studentEmail: parseStudentEmail('column:STUDENTS.Web_ID') } });
  const { differences } = explain(chosen, contents(choices({ version: '1.9' })));
  t.match(differences, {
    previous: { name: 'Hallpass', version: '1.9' },
    versionIsHigher: true,
    added: ['STUDENTS.Web_ID'],
    accessChanged: [],
    queries: {
      added: [],
      removed: [],
      changed: ['com.hallpass.agent.roster.students', 'com.hallpass.agent.roster.probe'],
    },
    v1Access: undefined,
  });
  t.ok(differences?.removed.includes('STUDENTS.Person_ID'));
  t.match(
    explanationText(explain(chosen, contents(choices({ version: '1.9' })))),
    / {2}\+ STUDENTS\.Web_ID\n[\s\S]*approve/,
  );

  const same = explain(choices(), contents(choices())).differences;
  t.match(same, { versionIsHigher: false, added: [], removed: [], queries: { changed: [] } });
  t.ok(same !== undefined && asksForNothingNew(same));
  t.match(
    explanationText(explain(choices(), contents(choices()))),
    /the same columns[\s\S]*would refuse to install version 2\.0/,
  );

  const rest = explain(choices({ variant: 'rest', version: '3' }), contents(choices())).differences;
  t.match(rest, { added: [], v1Access: { from: 'NONE', to: 'READ' } });
  t.equal(rest?.removed.length, powerqueryManifest('1').accessRequest.length);
  t.equal(rest?.queries.removed.length, 8);
  t.notOk(rest !== undefined && asksForNothingNew(rest), 'READ on /ws/v1 is new');

  const xml = pluginXml(powerqueryManifest('1.0')).replace(
    'field="Name" access="ViewOnly"',
    'field="Name" access="FullAccess"',
  );
  const strict = explain(choices(), readContents(xml, new Map())).differences;
  t.match(strict?.accessChanged, [{ field: 'ROLEDEF.Name', from: 'FullAccess', to: 'ViewOnly' }]);
  t.equal(strict?.queries.added.length, 8);
});

t.test(
  'queries that differ only in white space and descriptions are the same; a query with another meaning is not',
  async (t) => {
    const manifest = powerqueryManifest('1.0');
    const xml = namedQueriesXml(manifest.queries);
    const changed = (source: string) =>
      explain(choices(), readContents(pluginXml(manifest), new Map([['q', source]]))).differences?.queries.changed;
    t.same(changed(xml.replace(/\n/g, '\r\n      ')), []);
    t.same(
      changed(xml.replace(/<summary>.*?<\/summary>/g, '<summary>else</summary>').replace(/ description=".*?"/g, '')),
      [],
    );
    t.same(changed(xml.replace('st.Enroll_Status = 0', 'st.Enroll_Status = 1'))?.length, 1);
    t.same(changed(xml.replace('type="primitive"', 'type="array"'))?.length, 1);
    t.same(changed(xml.replace('column="SCHOOLS.Name"', 'column="SCHOOLS.DCID"'))?.length, 1);
  },
);

t.test('warns about choices that may not work or that grant more than needed', async (t) => {
  const notes = (change: Partial<PluginChoices>) => explain(choices(change), undefined).notes.join('\n');
  t.equal(notes({}), '');
  t.match(
    notes({ sources: { ...defaultSources, studentEmail: { from: 'contact' } } }),
    /not been tried on a live server/,
  );
  const column = parseStudentEmail('column:U_X.Mail');
  t.match(
    notes({ sources: { ...defaultSources, studentEmail: column } }),
    /U_X\.Mail .*U_X needs the column STUDENTSDCID/,
  );
  t.match(notes({ variant: 'rest' }), /could read more than the agent does[\s\S]*25\.2 and later/);
  t.match(notes({ variant: 'rest-legacy' }), /have no co-teachers[\s\S]*before 25\.2/);
});

t.test('the guide has the same steps for every variant, each with the details that apply to it', async (t) => {
  for (const variant of variants) {
    const guide = guideOf(choices({ variant }), 'x.zip');
    t.match(guide, '`x.zip` contains the plugin Hallpass 2.0');
    for (const words of ['Server > Plugin Configuration', 'System Settings > Plugin Management Configuration']) {
      t.ok(guide.includes(words), `${variant}: ${words}`);
    }
    const headings = guide.match(/^## .*/gm) ?? [];
    t.match(headings.join(), /Before.*Install.*Enable.*client id.*Upgrade.*refuses.*401/);
    t.equal(guide.includes('Turn **Customization** on'), variant === 'powerquery');
    t.equal(guide.includes('maximum page size'), variant !== 'powerquery');
    t.notMatch(guide, /undefined|\n{3}/);
  }
  const guide = guideOf(choices(), 'x.zip');
  for (const field of powerqueryManifest('1').accessRequest) t.ok(guide.includes(`| \`${field}\` |`), field);
});
