import t from 'tap';
import { chaosSettings } from './settings.ts';
import { sweep } from './sweep.ts';

t.test("no fault of PowerSchool costs a record, read through the plugin's queries", async (t) => {
  const { share } = chaosSettings(process.env);
  const { failures, cases, troubled, positions, codes } = await sweep('powerquery', share.powerquery);
  t.comment(`${cases} faults on ${positions} requests, ${troubled} cycles in trouble: ${JSON.stringify(codes)}`);
  t.same(failures, []);
  t.ok(troubled > cases / 4, 'the faults are faults');
});
