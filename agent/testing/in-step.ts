/** A district with its agent, and whether both sides have the same. For tests. */
import { join } from 'node:path';
import type { Test } from 'tap';
import { District } from './district.ts';

export async function openDistrict(t: Test, students?: number): Promise<District> {
  const district = await District.open(join(t.testdir({}), 'state'), students);
  t.teardown(() => district.close());
  return district;
}

export function inStep(t: Test, district: District): void {
  t.same(district.relay.ids(), sorted(district.ids()), 'the mirror has exactly what PowerSchool has');
  t.same(district.relay.violations, [], 'every rule of the protocol was kept');
}

function sorted(ids: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(ids).sort());
}
