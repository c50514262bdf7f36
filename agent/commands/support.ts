/** `hallpass-agent support-bundle`: writes what someone needs in order to help. */
import { resolve } from 'node:path';
import { systemClock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { runChecks } from '../check/check.ts';
import { supportBundle } from '../support/bundle.ts';
import type { Context } from '../terminal/context.ts';
import { writeWhole } from '../terminal/output.ts';

export interface SupportOptions {
  out?: string;
  /** False with --no-checks. */
  checks: boolean;
}

/** @throws HallpassError SUPPORT_BUNDLE_UNWRITABLE */
export async function writeSupportBundle(context: Context, { out, checks }: SupportOptions): Promise<void> {
  const { folder, env, platform, stdout, stop } = context;
  const parts = { folder, env, platform, clock: systemClock };
  const { name, zip } = await supportBundle({
    ...parts,
    checks: checks ? runChecks({ ...parts, signal: stop }) : undefined,
  });
  const file = resolve(out ?? name);
  await writeWhole(file, zip, 0o600).catch((error: unknown) => {
    throw fail('SUPPORT_BUNDLE_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
  });
  stdout.write(
    `Wrote ${file} (${Math.ceil(zip.length / 1000)} kB). It contains no secrets and nothing about people; its README.txt lists the contents.\n`,
  );
}
