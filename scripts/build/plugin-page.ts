/** Writes docs/plugin.md, the guide to the plugin that suits most districts: `npm run docs:plugin`. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defaultSources } from '../../plugin/extracts/sources.ts';
import { guideOf } from '../../plugin/guide.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { readScriptOptions } from '../script-options.ts';

export const pluginPage = fileURLToPath(new URL('../../docs/plugin.md', import.meta.url));

/** The page as Markdown: what `hallpass-agent plugin --out hallpass-plugin.zip` writes beside the ZIP. */
export function renderPluginPage(): string {
  const guide = guideOf(
    { variant: 'powerquery', version: hallpassVersion, sources: defaultSources },
    'hallpass-plugin.zip',
  );
  return `${guide}
---

Generated from \`plugin/guide.ts\` by \`npm run docs:plugin\`; do not edit. \`hallpass-agent plugin\` writes the same guide for the
plugin that you choose, beside its ZIP.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  readScriptOptions('npm run docs:plugin --', 'Makes docs/plugin.md from the manifest.');
  await writeFile(pluginPage, renderPluginPage());
}
