import fc from 'fast-check';
import t from 'tap';
import { asSchoolId } from '../model/keys.ts';
import { type Claim, scopeOf } from './scope.ts';

const claim = (name: string, schools: Claim['schools'], state: Claim['state'] = 'enabled'): Claim => {
  return { name, state, schools };
};

t.test('a profile that names a school takes precedence over the one with all', (t) => {
  const rest = claim('rest', 'all');
  const charter = claim('charter', ['3']);
  const all = [rest, charter];
  t.ok(scopeOf(charter, all).covers(asSchoolId('3')));
  t.notOk(scopeOf(rest, all).covers(asSchoolId('3')));
  t.ok(scopeOf(rest, all).covers(asSchoolId('1')));
  t.same(scopeOf(rest, all).rivalsOf(asSchoolId('3')), [], 'no conflict: the claim of all is weaker');
  t.same(
    scopeOf(rest, all).othersOf(['1', '3'].map(asSchoolId)),
    ['charter'],
    'a person of both schools is in two profiles',
  );
  t.end();
});

t.test('if two profiles name one school, neither gets it', (t) => {
  const all = [claim('a', ['1', '2']), claim('b', ['2', '3'])];
  for (const profile of all) t.notOk(scopeOf(profile, all).covers(asSchoolId('2')));
  t.same(scopeOf(claim('a', ['1', '2']), all).rivalsOf(asSchoolId('2')), ['b']);
  t.ok(scopeOf(claim('a', ['1', '2']), all).covers(asSchoolId('1')));
  t.end();
});

t.test('a preview sees the others and disturbs none', (t) => {
  const tried = claim('tried', ['1'], 'preview');
  const live = claim('live', ['1'], 'paused');
  t.same(scopeOf(tried, [tried, live]).rivalsOf(asSchoolId('1')), ['live']);
  t.ok(scopeOf(live, [tried, live]).covers(asSchoolId('1')), 'a paused profile keeps what it has');
  t.end();
});

t.test('for any profiles: no school is covered twice, and no named school is silently lost', (t) => {
  const schools = ['1', '2', '3'];
  const claims = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      state: fc.constantFrom('enabled' as const, 'paused' as const),
      schools: fc.oneof(fc.constant('all' as const), fc.subarray(schools, { minLength: 1 })),
    }),
    { selector: ({ name }) => name, minLength: 1 },
  );
  fc.assert(
    fc.property(claims, (all) => {
      for (const school of schools) {
        const covering = all.filter((one) => scopeOf(one, all).covers(asSchoolId(school)));
        const contested = all.filter((one) => scopeOf(one, all).rivalsOf(asSchoolId(school)).length > 0);
        const named = all.some((one) => one.schools === 'all' || one.schools.includes(school));
        if (covering.length > 1 || (named && covering.length === 0 && contested.length < 2)) return false;
      }
      return true;
    }),
  );
  t.pass('it holds');
  t.end();
});
