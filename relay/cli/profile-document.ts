/** A profile document from a file. */
import { readTextFile } from '../../shared/text-file.ts';
import type { Actor } from '../app/actor.ts';
import type { AppContext } from '../app/perform.ts';
import { readDocument } from '../app/queries/profile-document.ts';
import type { ProfileDocument } from '../profile/document.ts';
import type { CliContext } from './context.ts';

/** @throws HallpassError FILE_UNREADABLE, PROFILE_INVALID, TENANT_UNKNOWN */
export async function openDocument(
  app: AppContext,
  actor: Actor,
  tenant: string,
  file: string,
): Promise<ProfileDocument> {
  return await readDocument(app, actor, tenant, { text: await readTextFile(file), name: file });
}

/** What the document's names refer to, and which parts have no effect. */
export function showDocument({ out }: CliContext, { resolved, notices }: ProfileDocument): void {
  for (const { path, given, label } of resolved) out.write(`${path}: "${given}" is ${label}\n`);
  for (const notice of notices) out.write(`Notice: ${notice}\n`);
}
