/**
 * The baseline: ids and salted hashes of what the relay has acknowledged, one file per bucket, and every bucket's
 * digest in memory. A missing or broken file is not an error here: the relay's manifest replaces it.
 */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { z } from 'zod';
import { type DigestText, digestOf, digestToText, emptyDigest, sameDigest } from '../../shared/digest.ts';
import { DurableFile } from '../../shared/durable-file.ts';
import type { BucketDigest } from '../../shared/link.ts';
import { removeState } from '../../shared/remove-state.ts';
import { type Bucket, bucketKey, type Kind, kinds, parseBucketKey } from '../../shared/roster.ts';
import type { Hashes } from './diff.ts';

const id = z.string().min(1).max(40);
const fileSchema = z.strictObject({
  /** These three come first, so that {@link headOf} can read them without the rest. */
  bucket: z.string(),
  count: z.int(),
  sum: z.string(),
  entries: z.array(z.tuple([id, z.string().regex(/^[0-9a-f]{32}$/)])),
  /** Ids that a complete reading in this cycle did not contain, until their deletion is sent and acknowledged. */
  gone: z.strictObject({ cycle: z.uuid(), ids: z.array(id) }).optional(),
});
type BaselineFile = z.infer<typeof fileSchema>;

/** The digest of an empty bucket. Neither side stores it. */
export const noDigest: DigestText = digestToText(emptyDigest);

export class Baselines {
  readonly #folder: string;
  readonly #digests = new Map<string, DigestText>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads the digest of every bucket from the head of its file: a quarter of a second for 100,000 students, where
   * reading everything takes four. Whether the rest matches the head is checked when the bucket is loaded.
   *
   * @param tidy false for a caller that only looks at the folder while another process may be using it
   */
  async scan({ tidy } = { tidy: true }): Promise<void> {
    this.#digests.clear();
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      const path = join(this.#folder, name);
      // Left by a power failure in the middle of a write.
      if (tidy && name.endsWith('.tmp')) await rm(path, { force: true }).catch(() => undefined);
      if (!name.endsWith('.json')) continue;
      const head = await headOf(path).catch(() => undefined);
      const bucket = parseBucketKey(head?.key ?? '');
      if (head !== undefined && bucket !== undefined && fileName(bucket) === name) {
        this.#digests.set(head.key, head.digest);
      }
    }
  }

  digest(key: string): DigestText {
    return this.#digests.get(key) ?? noDigest;
  }

  keys(): string[] {
    return [...this.#digests.keys()];
  }

  /** The digests for the `hello` message. */
  digests(): BucketDigest[] {
    return [...this.#digests].flatMap(([key, digest]) => {
      const bucket = parseBucketKey(key);
      return bucket === undefined ? [] : [{ ...bucket, digest }];
    });
  }

  /** Acknowledged records per kind. */
  recordsByKind(): Partial<Record<Kind, number>> {
    return Object.fromEntries(
      kinds.map((kind) => [
        kind,
        this.digests()
          .filter((bucket) => bucket.kind === kind)
          .reduce((sum, { digest }) => sum + digest.count, 0),
      ]),
    );
  }

  /** The hashes of a bucket; undefined when its file is missing, broken, or does not match its digest. */
  async load(bucket: Bucket): Promise<Hashes | undefined> {
    const key = bucketKey(bucket);
    if (this.digest(key).count === 0) return new Map();
    const content = await this.#file(fileName(bucket))
      .read()
      .catch(() => null);
    if (content === null || content.bucket !== key) return undefined;
    const hashes = new Map(content.entries);
    return sameDigest(digestToText(digestOf(hashes.values())), this.digest(key)) ? hashes : undefined;
  }

  /** Resolves once the bucket is on disk. @throws HallpassError STATE_UNWRITABLE, STATE_BUSY */
  async save(bucket: Bucket, hashes: Hashes, gone?: { cycle: string; ids: string[] }): Promise<void> {
    const key = bucketKey(bucket);
    const name = fileName(bucket);
    if (hashes.size === 0) {
      await removeState(join(this.#folder, name));
      this.#digests.delete(key);
      return;
    }
    const digest = digestToText(digestOf(hashes.values()));
    const content: BaselineFile = {
      bucket: key,
      ...digest,
      entries: [...hashes],
      ...(gone === undefined ? {} : { gone }),
    };
    await new Low(this.#file(name), content).write();
    this.#digests.set(key, digest);
  }

  /** The missing ids that {@link save} recorded in this cycle. */
  async goneIn(bucket: Bucket, cycle: string): Promise<string[]> {
    const content = await this.#file(fileName(bucket))
      .read()
      .catch(() => null);
    return content?.gone?.cycle === cycle ? content.gone.ids : [];
  }

  /** Deletes the whole baseline, for a change of district. */
  async clear(): Promise<void> {
    await removeState(this.#folder);
    this.#digests.clear();
  }

  #file(name: string): DurableFile<BaselineFile> {
    return new DurableFile(join(this.#folder, name), fileSchema, { backup: false });
  }
}

/** The bucket and digest that a baseline file says it holds. */
async function headOf(path: string): Promise<{ key: string; digest: DigestText } | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    const head = /^\{"bucket":"([^"\\]+)","count":(\d+),"sum":"([0-9a-f]{32})",/.exec(
      buffer.toString('utf8', 0, bytesRead),
    );
    const [, key, count, sum] = head ?? [];
    if (key === undefined || count === undefined || sum === undefined) return undefined;
    return { key, digest: { count: Number(count), sum } };
  } finally {
    await file.close();
  }
}

/** Bucket ids also come from the relay: only letters, digits and dashes may reach a path. */
function fileName({ kind, schoolId }: Bucket): string {
  const safe = /^[\w-]+$/.test(schoolId) ? schoolId : `hex.${Buffer.from(schoolId).toString('hex')}`;
  return `${kind}-${safe}.json`;
}
