/**
 * Names and numbers in a profile document that stand for ids: people know "Maple School" and "A3 for students", not a
 * DCID and a GUID. Pure: the possible choices are read elsewhere. A name that fits two things is refused.
 */
import { didYouMean, nearest } from '../../shared/nearest.ts';
import type { SchemaMistake } from '../../shared/schema-reason.ts';
import type { SkuFacts } from '../model/tenant-facts.ts';
import { productName } from './products.ts';

export interface SchoolName {
  id: string;
  name: string;
  schoolNumber: string;
}

/** What names can stand for; undefined with the reason if it could not be read. */
export interface NameFacts {
  /** Empty before an agent has sent them. */
  schools: readonly SchoolName[];
  skus: readonly SkuFacts[] | { unread: string };
}

export interface Resolution {
  path: string;
  given: string;
  id: string;
  /** Its name for people. */
  label: string;
}

export interface Resolved {
  /** The document with ids in it. */
  document: unknown;
  resolved: Resolution[];
  mistakes: SchemaMistake[];
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** More than this many are not put into a sentence: the command lists them. */
const mostNamed = 8;

/** Whether it names a license by anything but an id, so that Microsoft 365 must be queried. */
export function asksForLicenses(document: unknown): boolean {
  const licenses = isObject(document) && isObject(document.licenses) ? document.licenses : {};
  return [licenses.students, licenses.teachers].some((one) => {
    const given = isObject(one) ? [one.skuId, ...(Array.isArray(one.disabledPlans) ? one.disabledPlans : [])] : [one];
    return given.some((text) => typeof text === 'string' && !guid.test(text));
  });
}

export function resolveNames(document: unknown, facts: NameFacts): Resolved {
  const found: Resolved = { document, resolved: [], mistakes: [] };
  if (!isObject(document)) return found;
  const { schools, licenses } = document;
  const changed = { ...document };
  if (Array.isArray(schools)) changed.schools = schools.map((one, at) => schoolOf(one, `schools.${at}`, facts, found));
  if (isObject(licenses)) {
    const roles = Object.entries(licenses).map(([role, license]) => {
      return [role, role === 'usageLocation' ? license : licenseOf(license, `licenses.${role}`, facts, found)];
    });
    changed.licenses = Object.fromEntries(roles);
  }
  return { ...found, document: changed };
}

/** An id takes precedence over a number: that is what documents meant before names were accepted. */
function schoolOf(given: unknown, path: string, { schools }: NameFacts, found: Resolved): unknown {
  const text = typeof given === 'number' ? String(given) : given;
  if (typeof text !== 'string' || text.trim() === '') return given;
  if (schools.length === 0) {
    if (/^\d+$/.test(text)) return text;
    const reason = `no agent has sent the names of the schools yet, so "${text}" cannot be looked up; let an agent connect, or give the DCID of the school`;
    found.mistakes.push({ path, reason });
    return given;
  }
  const byId = schools.filter(({ id }) => id === text);
  const same = (name: string) => fold(name) === fold(text);
  const candidates =
    byId.length > 0 ? byId : schools.filter((one) => one.schoolNumber === text.trim() || same(one.name));
  const [school, another] = candidates;
  if (school === undefined) {
    const names = schools.flatMap((one) => [one.name, one.schoolNumber, one.id]);
    const few = schools.length <= mostNamed ? `; there are ${schools.map(describeSchool).join(', ')}` : '';
    const near = schoolNear(nearest(text, names), schools);
    const reason = `PowerSchool has no school "${text}"${near === undefined ? few : `; did you mean ${describeSchool(near)}?`}`;
    found.mistakes.push({ path, reason });
    return given;
  }
  if (another !== undefined) {
    const reason = `"${text}" is ${candidates.map(describeSchool).join(' as well as ')}; give the id of the one that is meant`;
    found.mistakes.push({ path, reason });
    return given;
  }
  const namesake = byId.length === 0 ? undefined : schools.find((one) => one.schoolNumber === text && one.id !== text);
  const also = namesake === undefined ? '' : `; the number ${text} is that of ${describeSchool(namesake)}`;
  found.resolved.push({ path, given: text, id: school.id, label: `${describeSchool(school)}${also}` });
  return school.id;
}

function schoolNear(near: string | undefined, schools: readonly SchoolName[]): SchoolName | undefined {
  if (near === undefined) return undefined;
  return schools.find(({ id, name, schoolNumber }) => [name, schoolNumber, id].includes(near));
}

/** `Maple School (number 12, id 4711)` */
export function describeSchool({ id, name, schoolNumber }: SchoolName): string {
  return `${name} (number ${schoolNumber}, id ${id})`;
}

function licenseOf(license: unknown, path: string, facts: NameFacts, found: Resolved): unknown {
  if (typeof license === 'string') return skuOf(license, path, facts, found)?.id ?? license;
  if (!isObject(license) || typeof license.skuId !== 'string') return license;
  const sku = skuOf(license.skuId, `${path}.skuId`, facts, found);
  const plans = license.disabledPlans;
  const changed = { ...license, skuId: sku?.id ?? license.skuId };
  if (!Array.isArray(plans)) return changed;
  const disabledPlans = plans.map((plan, at) => planOf(plan, `${path}.disabledPlans.${at}`, sku?.sku, found));
  return { ...changed, disabledPlans };
}

function skuOf(
  text: string,
  path: string,
  { skus }: NameFacts,
  found: Resolved,
): { id: string; sku: SkuFacts | undefined } | undefined {
  if ('unread' in skus) {
    if (guid.test(text)) return { id: text, sku: undefined };
    const reason = `"${text}" could not be looked up in Microsoft 365: ${skus.unread}; give the license by its id`;
    found.mistakes.push({ path, reason });
    return undefined;
  }
  const isSame = (sku: SkuFacts) => namesOf(sku).some((name) => fold(name) === fold(text));
  const candidates = skus.filter(isSame);
  const [sku, another] = candidates;
  if (sku === undefined) {
    // An id that the tenant does not have is reported by the check, which says what there is.
    if (guid.test(text)) return { id: text, sku: undefined };
    const known = skus.map(describeSku).join(', ') || 'none';
    const reason = `the tenant has no license "${text}"; it has ${known}.${didYouMean(text, skus.flatMap(namesOf))}`;
    found.mistakes.push({ path, reason: reason.replace(/\.$/, '') });
    return undefined;
  }
  if (another !== undefined) {
    const reason = `"${text}" is ${candidates.map(describeSku).join(' as well as ')}; give the id of the one that is meant`;
    found.mistakes.push({ path, reason });
    return undefined;
  }
  if (!guid.test(text)) found.resolved.push({ path, given: text, id: sku.skuId, label: describeSku(sku) });
  return { id: sku.skuId, sku };
}

function planOf(plan: unknown, path: string, sku: SkuFacts | undefined, found: Resolved): unknown {
  if (typeof plan !== 'string' || guid.test(plan) || sku === undefined) return plan;
  const names = sku.servicePlans.map(({ servicePlanName }) => servicePlanName);
  const match = sku.servicePlans.find(({ servicePlanName }) => fold(servicePlanName) === fold(plan));
  if (match !== undefined) {
    const label = `${match.servicePlanName} of ${sku.skuPartNumber}`;
    found.resolved.push({ path, given: plan, id: match.servicePlanId, label });
    return match.servicePlanId;
  }
  const near = nearest(plan, names);
  const hint = near === undefined ? `its plans are ${names.join(', ') || 'none'}` : `did you mean "${near}"?`;
  found.mistakes.push({ path, reason: `${sku.skuPartNumber} has no plan "${plan}"; ${hint}` });
  return plan;
}

function namesOf({ skuId, skuPartNumber }: SkuFacts): string[] {
  const product = productName(skuPartNumber);
  return [skuId, skuPartNumber, ...(product === undefined ? [] : [product])];
}

/** `Office 365 A1 for students (STANDARDWOFFPACK_STUDENT, 314c4481-…)` */
export function describeSku({ skuId, skuPartNumber }: SkuFacts): string {
  const product = productName(skuPartNumber);
  return product === undefined ? `${skuPartNumber} (${skuId})` : `${product} (${skuPartNumber}, ${skuId})`;
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
