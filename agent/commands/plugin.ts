/** `hallpass-agent plugin`: writes the ZIP that the administrator installs in PowerSchool. */
import { writeFile } from 'node:fs/promises';
import { powerqueryManifest } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { fail, reasonOf } from '../../shared/errors.ts';
import { hallpassVersion } from '../../shared/version.ts';
import type { Context } from './context.ts';

/** @throws HallpassError PLUGIN_INVALID, PLUGIN_UNWRITABLE */
export async function writePlugin({ stdout }: Context, out: string): Promise<void> {
  const manifest = powerqueryManifest(hallpassVersion);
  const zip = await packPlugin(manifest);
  await writeFile(out, zip).catch((error: unknown) => {
    throw fail('PLUGIN_UNWRITABLE', { file: out, reason: reasonOf(error) }, { cause: error });
  });
  stdout.write(
    [
      `Wrote ${out}: plugin ${manifest.name} ${manifest.version}, ${manifest.queries.length} queries, ${manifest.accessRequest.length} columns, read only.`,
      'In PowerSchool: System > System Settings > Plugin Management Configuration > Install, then tick Enable and approve',
      'the access request. Client id and secret are on the Data Provider Configuration page of the plugin.',
      '',
    ].join('\n'),
  );
}
