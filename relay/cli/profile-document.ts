/** A profile document from a file, with the names in it looked up. */
import { readJson } from '../../shared/json-document.ts';
import { readTextFile } from '../../shared/text-file.ts';
import { type ProfileDocument, readProfileDocument } from '../profile/document.ts';
import { inTodaysWords } from '../profile/profile.ts';
import { asksForLicenses } from '../profile/resolve-names.ts';
import { readRecords } from '../store/roster/mirror.ts';
import { type CliContext, readNamedTenant } from './context.ts';

/** @throws HallpassError FILE_UNREADABLE, PROFILE_INVALID, TENANT_UNKNOWN */
export async function openDocument(context: CliContext, tenant: string, file: string): Promise<ProfileDocument> {
  const schools = await readNamedTenant(context, tenant, (scope) => readRecords(scope, 'school'));
  const text = await readTextFile(file);
  const skus = asksForLicenses(inTodaysWords(readJson(text).value))
    ? await skusOf(context, tenant)
    : { unread: 'it was not asked' };
  return readProfileDocument(text, file, { schools, skus });
}

/** Loaded when it is needed: Graph client and MSAL take half of a command's start-up. */
async function skusOf(context: CliContext, tenant: string) {
  const { skusNow } = await import('./check-profile.ts');
  return await skusNow(context, tenant);
}

/** What the document's names stand for, and what of it does not count. */
export function tellDocument({ out }: CliContext, { resolved, notices }: ProfileDocument): void {
  for (const { path, given, label } of resolved) out.write(`${path}: "${given}" is ${label}\n`);
  for (const notice of notices) out.write(`Notice: ${notice}\n`);
}
