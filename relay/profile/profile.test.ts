import fc from 'fast-check';
import t from 'tap';
import { districtTime, reasonToRest } from './life.ts';
import { fillPattern, parsePattern, requiredValues } from './pattern.ts';
import { parseProfile } from './profile.ts';
import type { ProfileProblem, TenantFacts } from './tenant-facts.ts';
import { validateProfile } from './validate.ts';
import { wantedFields } from './wanted-fields.ts';

const skuId = '6fd2c87f-b296-42f0-b197-1e91e994b900';
const plan = '9aaf7827-d63c-4b61-89c3-182f06f82e5c';
const group = 'a7e30c5b-0000-4000-8000-000000000001';

/** A document of the first version, which had none of the later options. */
const document = {
  version: 1,
  name: 'test',
  mode: { students: 'match', teachers: 'create' },
  identity: { students: { source: 'studentNumber', suffix: null, target: 'mailNickname' } },
  domains: { teachers: 'contoso.edu' },
  licenses: { students: null, teachers: skuId, usageLocation: 'US' },
  schools: 'all',
  properties: { student: ['grade'] },
};
const profileWith = (change: object) => parseProfile({ ...document, ...change }, 'mine');

t.test('a document without the later options keeps its meaning, and an export spells everything out', async (t) => {
  const profile = profileWith({});
  t.match(profile, {
    state: 'preview',
    identity: { students: [{ source: 'studentNumber' }], compareAll: false },
    accounts: { students: { username: 'username', password: { length: 16, mustChange: true } } },
    licenses: { teachers: { skuId, disabledPlans: [] } },
    classes: { name: '{courseName} - {sectionNumber}', displayName: 'always', unsupportedCharacters: 'keep' },
    dates: { startsOn: null, expiresOn: null, openDaysBefore: null, studentsFrom: null },
    policies: { studentLeftClass: 'remove', teacherLeftClass: 'keep', studentGone: 'keep', schoolGone: 'keep' },
    schedule: { cycleSeconds: null, hours: null },
  });
  t.same(parseProfile(JSON.parse(JSON.stringify(profile)), 'again'), profile, 'and is read back unchanged');
});

t.test('refuses invalid values with the field and the reason', async (t) => {
  const accounts = (username: object) => ({ accounts: { students: { username } } });
  const refusals: [object, RegExp][] = [
    [{ identity: {} }, /identity\.students/],
    [{ domains: {} }, /domains\.teachers/],
    [{ properties: { student: ['shoeSize'] } }, /shoeSize/],
    [{ color: 'red' }, /color/],
    [{ classes: { name: '{courseName} {room}' } }, /classes\.name: there is no \{room\}; there are courseName, /],
    [{ classes: { name: '{courseName' } }, /classes\.name: the \{ has no counterpart/],
    [{ classes: { name: 'Class' } }, /it names no value/],
    [{ classes: { welcomeMail: false } }, /classes\.welcomeMail: Graph offers no choice.*Set-UnifiedGroup/],
    [{ classes: { hideInOutlook: true } }, /classes\.hideInOutlook: .*HiddenFromExchangeClientsEnabled/],
    [{ classes: { hideFromAddressLists: true } }, /classes\.hideFromAddressLists: .*HiddenFromAddressListsEnabled/],
    [{ classes: { hiddenMembership: false } }, /classes\.hiddenMembership: Microsoft 365 creates every class/],
    [{ classes: { team: true } }, /team/],
    [accounts({ pattern: '{givenName} {surname}' }), /accounts\.students\.username\.pattern: " " cannot be part/],
    [accounts({ pattern: '{teacherNumber}' }), /there is no \{teacherNumber\}/],
    [{ identity: { students: [] } }, /identity\.students/],
    [{ licenses: { ...document.licenses, students: { skuId: 'A3' } } }, /licenses\.students\.skuId/],
    [{ policies: { studentGone: 'delete' } }, /policies\.studentGone/],
    [{ policies: { sectionGone: ['delete'] } }, /policies\.sectionGone/],
    [{ policies: { sectionGone: [] } }, /policies\.sectionGone/],
    [{ policies: { schoolGone: 'delete' } }, /policies\.schoolGone/],
    [{ policies: { goneForDays: 400 } }, /policies\.goneForDays/],
    [{ dates: { startsOn: '2026-08-01', expiresOn: '2026-07-31' } }, /dates\.expiresOn: it is before the day/],
    [{ schedule: { hours: { from: '18:00', to: '18:00' } } }, /schedule\.hours: from and to are the same/],
    [{ schedule: { hours: { from: '6pm', to: '20:00' } } }, /schedule\.hours\.from: it must be a time such as/],
  ];
  for (const [change, message] of refusals) {
    t.throws(() => profileWith(change), { code: 'PROFILE_INVALID', message }, JSON.stringify(change));
  }
});

t.test('patterns insert values, cut them, and leave out what is missing', async (t) => {
  const values: Record<string, string> = { surname: 'Šimić', givenName: 'Ana', empty: '' };
  const fill = (text: string) => fillPattern(parsePattern(text), (name) => values[name]);
  t.equal(fill('{givenName:1}.{surname}'), 'A.Šimić');
  t.equal(fill('{surname}[, {givenName}][ ({period})][ {empty}!]'), 'Šimić, Ana');
  t.equal(fill('{period}-{surname:9}'), '-Šimić');
  t.same(requiredValues(parsePattern('{a}[{b}]{a}')), ['a', 'a']);
  for (const wrong of ['{', ']', '[[{a}]]', '{a:0}', '{a b}', '[{a}']) {
    t.throws(() => parsePattern(wrong), { name: 'SyntaxError' }, wrong);
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), (text) => {
      // Any text without the four signs is literal.
      const plain = text.replace(/[{}[\]]/g, '');
      return fillPattern(parsePattern(plain), () => 'x') === plain;
    }),
  );
});

t.test('asks the agent for what the options need', async (t) => {
  t.same(wantedFields(profileWith({ state: 'enabled' })), {
    student: ['grade', 'studentNumber'],
    teacher: ['givenName', 'surname', 'username'],
  });
  const all = profileWith({
    state: 'enabled',
    identity: {
      students: [
        { source: 'username', suffix: null, target: 'mailNickname' },
        { source: 'secondaryEmail', suffix: null, target: 'mail' },
      ],
    },
    accounts: { teachers: { username: { pattern: '{givenName:1}{surname}[{teacherNumber}]' } } },
    classes: { name: '{courseName} {teacher}[ {period}]' },
  });
  t.same(wantedFields(all), {
    section: ['period'],
    student: ['grade', 'secondaryEmail', 'username'],
    teacher: ['givenName', 'surname', 'teacherNumber'],
  });
  const matching = {
    mode: { students: 'match', teachers: 'match' },
    identity: { ...document.identity, teachers: { source: 'username', suffix: null, target: 'mail' } },
  };
  t.same(wantedFields(profileWith(matching)).teacher, ['username']);
  t.same(wantedFields(profileWith({ ...matching, classes: { name: '{courseName} {teacherSurname}' } })).teacher, [
    'surname',
    'username',
  ]);
  t.same(wantedFields(profileWith({ ...matching, identity: { ...matching.identity, compareAll: true } })).teacher, [
    'secondaryEmail',
    'teacherNumber',
    'username',
  ]);
  const read = (ids: object, state = 'enabled') => wantedFields(profileWith({ ...matching, state, adoption: { ids } }));
  t.same(read({ sections: 'id' }).section, ['localId']);
  t.same(read({ sections: { id: 'id', prefix: 's_' } }).section, ['localId']);
  t.equal(read({}).section, undefined);
  t.same(read({}, 'preview').section, ['localId'], 'a preview tries them');
  t.same(read({ teachers: 'teacherNumber' }).teacher, ['teacherNumber', 'username']);
});

t.test('a profile rests before it starts, after it has expired and outside its hours', async (t) => {
  const { dates, schedule } = profileWith({
    dates: { startsOn: '2026-08-01', expiresOn: '2027-06-30' },
    schedule: { hours: { from: '20:00', to: '06:00' } },
  });
  const rest = (date: string, time: string) => reasonToRest({ dates, schedule }, { date, time });
  t.match(rest('2026-07-31', '21:00'), /starts on 2026-08-01/);
  t.equal(rest('2026-08-01', '20:00'), undefined);
  t.equal(rest('2027-06-30', '05:59'), undefined, 'the last day counts');
  t.match(rest('2027-07-01', '21:00'), /expired after 2027-06-30/);
  t.match(rest('2026-09-01', '06:00'), /from 20:00 to 06:00 only/);
  t.match(rest('2026-09-01', '19:59'), /from 20:00/);
  const day = { dates, schedule: { ...schedule, hours: { from: '08:00', to: '17:00' } } };
  t.equal(reasonToRest(day, { date: '2026-09-01', time: '08:00' }), undefined);
  t.match(reasonToRest(day, { date: '2026-09-01', time: '17:00' }), /08:00/);
  t.same(districtTime(Date.UTC(2026, 0, 1, 5, 7), 'America/Chicago'), { date: '2025-12-31', time: '23:07' });
  t.same(districtTime(Date.UTC(2026, 0, 1, 6, 0), 'America/Chicago'), { date: '2026-01-01', time: '00:00' });
});

const sku = {
  skuId,
  skuPartNumber: 'STANDARDWOFFPACK_FACULTY',
  capabilityStatus: 'Enabled',
  consumedUnits: 90,
  prepaidUnits: { enabled: 100 },
  servicePlans: [{ servicePlanId: plan, servicePlanName: 'TEAMS1' }],
};
const domain = { id: 'contoso.edu', isVerified: true, isDefault: true, authenticationType: 'Managed' };
const licensing = {
  id: group,
  displayName: 'Staff',
  groupTypes: [],
  onPremisesSyncEnabled: null,
  assignedLicenses: [{ skuId }],
};
const having = { studentNumber: 50, username: 8, secondaryEmail: 3, givenName: 8, surname: 8 };
const facts: TenantFacts = {
  today: '2026-11-24',
  domains: [domain],
  skus: [sku],
  groups: new Map([[group, licensing]]),
  notPermitted: [],
  schools: new Map([['1', 'High']]),
  ended: new Map(),
  people: {
    students: { total: 50, withoutAccount: 50, having },
    teachers: { total: 8, withoutAccount: 8, having },
  },
  contested: new Map(),
  inOtherProfiles: 0,
  stamps: {
    schools: { total: 0, prefixes: [], fits: [] },
    sections: { total: 0, prefixes: [], fits: [] },
    students: { total: 0, prefixes: [], fits: [] },
    teachers: { total: 0, prefixes: [], fits: [] },
  },
};

t.test('a profile that fits its tenant has no problems', async (t) => {
  t.same(validateProfile(profileWith({}), facts), []);
  const byGroup = {
    licenses: { ...document.licenses, teachers: { group } },
    domains: { ...document.domains, classes: 'contoso.edu' },
  };
  t.same(validateProfile(profileWith(byGroup), facts), []);
});

t.test('names what does not fit with field, reason and remedy', async (t) => {
  const students = (...rules: [source: string, suffix: string | null, target: string][]) => ({
    identity: { students: rules.map(([source, suffix, target]) => ({ source, suffix, target })) },
  });
  const teachers = (license: unknown) => ({ licenses: { ...document.licenses, teachers: license } });
  const nobodyHas = { ...facts.people, students: { total: 50, withoutAccount: 50, having: {} } };
  const noTeams: ProfileProblem = {
    field: 'classes.createTeam',
    severity: 'error',
    reason: 'the application may not create teams',
    remedy: 'Grant it.',
  };
  const groups = (change: object) => new Map([[group, { ...licensing, ...change }]]);
  const cases: [change: object, facts: Partial<TenantFacts>, severity: string, field: string, reason: RegExp][] = [
    [
      {},
      { ended: new Map([['1', '2019-06-07']]) },
      'warning',
      'schools',
      /1 of the schools ended .*: High \(1\) on 2019-06-07$/,
    ],
    [{}, { domains: [] }, 'error', 'domains.teachers', /contoso.edu is not a verified domain/],
    [{}, { domains: [{ ...domain, isVerified: false }] }, 'error', 'domains.teachers', /not a verified/],
    [{}, { domains: [{ ...domain, authenticationType: 'Federated' }] }, 'error', 'domains.teachers', /federated/],
    [{}, { domains: undefined }, 'warning', 'domains', /could not be checked/],
    [{ domains: { ...document.domains, classes: 'x.edu' } }, {}, 'warning', 'domains.classes', /end in contoso.edu/],
    [{}, { skus: [] }, 'error', 'licenses.teachers', /the tenant has no license/],
    [{}, { skus: undefined }, 'warning', 'licenses', /could not be checked/],
    [{}, { skus: [{ ...sku, consumedUnits: 93 }] }, 'error', 'licenses.teachers', /8 new accounts .*, and 7 are free/],
    [{}, { skus: [{ ...sku, capabilityStatus: 'Suspended' }] }, 'error', 'licenses.teachers', /state Suspended/],
    [teachers({ skuId, disabledPlans: [group] }), {}, 'error', 'licenses.teachers.disabledPlans', /is not a plan of/],
    [teachers({ group }), { groups: new Map() }, 'error', 'licenses.teachers', /no group/],
    [
      teachers({ group }),
      { groups: groups({ groupTypes: ['DynamicMembership'] }) },
      'error',
      'licenses.teachers',
      /rule/,
    ],
    [
      teachers({ group }),
      { groups: groups({ onPremisesSyncEnabled: true }) },
      'error',
      'licenses.teachers',
      /premises/,
    ],
    [
      teachers({ group }),
      { groups: groups({ assignedLicenses: [] }) },
      'error',
      'licenses.teachers',
      /no license to assign/,
    ],
    [teachers({ group }), { skus: [{ ...sku, consumedUnits: 99 }] }, 'error', 'licenses.teachers', /and 1 are free/],
    [
      { licenses: { ...document.licenses, usageLocation: 'XX' } },
      {},
      'error',
      'licenses.usageLocation',
      /XX is not a country code/,
    ],
    [{}, { notPermitted: [noTeams] }, 'error', 'classes.createTeam', /may not create teams/],
    [{ schools: ['1', '9'] }, {}, 'error', 'schools', /no school with the id 9/],
    [{ schools: ['1', '1', '1'] }, {}, 'warning', 'schools', /^High \(id 1\) is listed more than once$/],
    [{ schools: ['9', '9'] }, { schools: new Map([['9', '']]) }, 'warning', 'schools', /listed more than once/],
    [{}, { schools: new Map() }, 'warning', 'schools', /no agent has sent/],
    [students(['studentNumber', 'contoso.edu', 'mailNickname']), {}, 'error', 'identity.students', /no @/],
    [students(['studentNumber', null, 'userPrincipalName']), {}, 'error', 'identity.students', /ends in a domain/],
    [students(['secondaryEmail', 'contoso.edu', 'mail']), {}, 'error', 'identity.students', /already has a domain/],
    [students(['username', 'x.edu', 'userPrincipalName']), {}, 'error', 'identity.students.suffix', /x.edu is not/],
    [students(['username', 'x.edu', 'mail']), {}, 'warning', 'identity.students.suffix', /x.edu is not/],
    [
      students(['secondaryEmail', null, 'mail']),
      { people: nobodyHas },
      'warning',
      'identity.students.source',
      /none of the 50 students/,
    ],
    [
      students(['studentNumber', null, 'mailNickname'], ['studentNumber', null, 'mailNickname']),
      {},
      'warning',
      'identity.students.1',
      /twice/,
    ],
    [
      { accounts: { teachers: { username: { pattern: '{surname}{teacherNumber}' } } } },
      {},
      'warning',
      'accounts.teachers.username',
      /teacherNumber/,
    ],
    [{ properties: { student: ['grade', 'surname'] } }, {}, 'warning', 'properties.student', /surname would leave/],
    [{ properties: { section: ['period'] } }, {}, 'warning', 'properties.section', /^period would leave/],
    [{ properties: { section: ['localId'] } }, {}, 'warning', 'properties.section', /^localId would leave/],
    [{ classes: { name: '{courseName}' } }, {}, 'warning', 'classes.name', /same name/],
    [{ dates: { expiresOn: '2026-11-23' } }, {}, 'error', 'dates.expiresOn', /expired on/],
    [{ dates: { expiresOn: '2026-12-01' } }, {}, 'warning', 'dates.expiresOn', /in 7 days/],
    [
      { dates: { expiresOn: '2027-06-01', studentsFrom: '2027-07-01' } },
      {},
      'error',
      'dates.studentsFrom',
      /after the profile expires/,
    ],
  ];
  for (const [change, other, severity, field, reason] of cases) {
    const problems = validateProfile(profileWith(change), { ...facts, ...other });
    t.match(problems, [{ severity, field, reason, remedy: /\.$/ }], `${field} ${reason}`);
    t.equal(problems.length, 1, 'and nothing else');
  }
  const both = validateProfile(profileWith({ schools: ['9'], dates: { expiresOn: '2026-12-01' } }), facts);
  t.same(
    both.map((problem) => problem.severity),
    ['error', 'warning'],
    'errors come first',
  );
});

t.test('says when a large district reaches the limit on removals on an ordinary day', async (t) => {
  const ofSize = (total: number) => {
    const students = { total, withoutAccount: 50, having: { ...having, studentNumber: total } };
    return { ...facts, people: { ...facts.people, students } };
  };
  const checked = (total: number, change: object = {}) => validateProfile(profileWith(change), ofSize(total));
  t.match(checked(60_001), [
    { severity: 'warning', field: 'guards.removals.total', reason: /60001 students.*500/, remedy: /1 % of/ },
  ]);
  t.same(checked(60_000), []);
  t.same(checked(100_000, { guards: { removals: { total: 7000 } } }), []);
  t.same(checked(100_000, { policies: { studentLeftClass: 'keep' } }), [], 'nobody is removed');
});

t.test('reads a document of 0.2.0, which says "licences"', async (t) => {
  const { licenses, ...rest } = document;
  t.same(parseProfile({ ...rest, licences: licenses }, 'x'), parseProfile(document, 'x'));
  t.throws(() => parseProfile({ ...document, licences: licenses }, 'x'), {
    message: /licences: there is no such name/,
  });
});
