/** Drafts of profiles: what the wizard has asked so far. They are in the store, so that they can be left and resumed. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { readJson } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

const documentSchema = z.record(z.string(), z.unknown());
const doneSchema = z.array(z.string());

/** A profile document of which parts may be missing or wrong. */
export type LooseDocument = Readonly<Record<string, unknown>>;

export interface Draft {
  id: string;
  /** The profile in force that it changes; null if there is none yet. */
  profile: string | null;
  /** The version of that profile which the draft replaces. */
  seen: string | null;
  document: LooseDocument;
  /** Steps that were saved at least once. */
  done: readonly string[];
  createdBy: string;
  updatedAt: string;
  updatedBy: string;
}

interface Row {
  id: string;
  profile: string | null;
  seen: string | null;
  document: string;
  done: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
}

const columns = ['id', 'profile', 'seen', 'document', 'done', 'created_by', 'updated_at', 'updated_by'] as const;

function draftOf(row: Row): Draft {
  const { id, profile, seen } = row;
  return {
    ...{ id, profile, seen },
    document: readJson(documentSchema, row.document, 'draft', id),
    done: readJson(doneSchema, row.done, 'draft', id),
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

/** The newest first. */
export async function readDrafts({ db, tenantId }: TenantScope): Promise<Draft[]> {
  const rows = await db
    .selectFrom('profile_draft')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(draftOf);
}

/** @throws HallpassError DRAFT_UNKNOWN */
export async function findDraft({ db, tenantId }: TenantScope, id: string): Promise<Draft> {
  const row = await db
    .selectFrom('profile_draft')
    .select(columns)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw fail('DRAFT_UNKNOWN', {});
  return draftOf(row);
}

export async function addDraft(
  { db, tenantId }: TenantScope,
  { profile, seen, document, done }: Pick<Draft, 'profile' | 'seen' | 'document' | 'done'>,
  { by, now }: { by: string; now: Date },
): Promise<string> {
  const [id, at] = [randomUUID(), now.toISOString()];
  const texts = { document: JSON.stringify(document), done: JSON.stringify(done) };
  const times = { created_at: at, created_by: by, updated_at: at, updated_by: by };
  await db
    .insertInto('profile_draft')
    .values({ tenant_id: tenantId, id, profile, seen, ...texts, ...times })
    .execute();
  return id;
}

export async function changeDraft(
  { db, tenantId }: TenantScope,
  { id, profile, seen, document, done }: Pick<Draft, 'id' | 'profile' | 'seen' | 'document' | 'done'>,
  { by, now }: { by: string; now: Date },
): Promise<void> {
  const texts = { document: JSON.stringify(document), done: JSON.stringify(done) };
  await db
    .updateTable('profile_draft')
    .set({ profile, seen, ...texts, updated_at: now.toISOString(), updated_by: by })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

export async function removeDraft({ db, tenantId }: TenantScope, id: string): Promise<void> {
  await db.deleteFrom('profile_draft').where('tenant_id', '=', tenantId).where('id', '=', id).execute();
}
