import t from 'tap';
import { readProbe } from './probe.ts';

t.test('reads a probe in the format of this plugin and of those before 0.2.0', async (t) => {
  const short = [
    { k: 'sc', s: '0', n: '2', h: '11' },
    { k: 'en', s: '12', n: '4200', h: '9020123456789' },
  ];
  const long = [
    { kind: 'school', school: '0', records: '2', hash: '11' },
    { kind: 'studentEnrollment', school: '12', records: '4200', hash: '9020123456789' },
  ];
  const probe = new Map([
    ['school:district', { records: 2, hash: '11' }],
    ['studentEnrollment:12', { records: 4200, hash: '9020123456789' }],
  ]);
  t.same(readProbe(short), { probe });
  t.same(readProbe(long), { probe }, 'upgrading the plugin alone causes no new reading');
});

t.test('names what is wrong with a probe', async (t) => {
  const row = { k: 'st', s: '12', n: '3', h: '5' };
  t.same(readProbe([{ ...row, k: 'xx' }]), { finding: 'k' });
  t.same(readProbe([{ ...row, n: '0' }]), { finding: 'n' });
  t.same(readProbe([{ s: '12' }]), { finding: 'k' });
  t.same(readProbe([row, row]), { finding: 'student:12 (twice)' });
});
