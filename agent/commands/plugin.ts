/**
 * `hallpass-agent plugin`: writes the ZIP that the administrator installs in PowerSchool, and summarizes its contents.
 */
import { basename, resolve } from 'node:path';
import type { PluginContents } from '../../plugin/contents.ts';
import { type Explanation, explain } from '../../plugin/explain.ts';
import { explanationText } from '../../plugin/explain-text.ts';
import { defaultSources, parseStudentEmail, parseTeacherUsername } from '../../plugin/extracts/sources.ts';
import { guideOf } from '../../plugin/guide.ts';
import { manifestOf, type PluginChoices, type Variant } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { readPluginFile } from '../../plugin/unpack.ts';
import { compareVersions, isPluginVersion, versionAbove } from '../../plugin/version.ts';
import { fail } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { hallpassVersion } from '../../shared/version.ts';
import type { Context } from '../terminal/context.ts';
import { writeWhole } from '../terminal/output.ts';

export interface PluginOptions {
  out?: string;
  guide?: string;
  variant: Variant;
  studentEmail?: string;
  teacherUsername?: string;
  preRegistered?: true;
  also?: string[];
  version?: string;
  previous?: string;
  explain?: true;
  json?: true;
}

/**
 * Checks everything before it writes anything. Without `out` it only prints the summary.
 *
 * @throws HallpassError PLUGIN_OPTION_INVALID, PLUGIN_ARCHIVE_INVALID, PLUGIN_OF_ANOTHER_NAME,
 *   PLUGIN_VERSION_NOT_HIGHER, PLUGIN_INVALID, PLUGIN_UNWRITABLE, FILE_UNREADABLE
 */
export async function writePlugin({ stdout }: Context, options: PluginOptions): Promise<void> {
  const { out, json } = options;
  const choices = choicesOf(options);
  const manifest = manifestOf(choices);
  const previous = options.previous === undefined ? undefined : await earlierPlugin(options.previous, manifest.name);
  if (out !== undefined && previous !== undefined)
    refuseLowerVersion(choices.version, previous, options.previous ?? '');
  const explanation = explain(choices, previous);
  const zip = await packPlugin(manifest);

  let written: { zip: string; guide: string } | undefined;
  if (out !== undefined) {
    written = { zip: out, guide: options.guide ?? `${out.replace(/\.zip$/i, '')}.md` };
    if (resolve(written.zip) === resolve(written.guide)) {
      throw fail('PLUGIN_OPTION_INVALID', { option: '--guide', reason: 'it names the same file as --out' });
    }
    await write(written.zip, zip);
    await write(written.guide, guideOf(choices, basename(out)));
  }
  if (json === true) stdout.write(`${JSON.stringify({ ...explanation, written }, undefined, 2)}\n`);
  else {
    const texts = [
      ...(written === undefined ? [] : [writtenText(explanation, written.zip, written.guide)]),
      ...(options.explain === undefined ? [] : [explanationText(explanation)]),
    ];
    stdout.write(texts.join('\n'));
  }
}

function choicesOf(options: PluginOptions): PluginChoices {
  const { variant, version, studentEmail, teacherUsername, preRegistered, also } = options;
  const ignored =
    studentEmail !== undefined ? '--student-email' : teacherUsername !== undefined ? '--teacher-username' : '';
  if (variant !== 'powerquery' && ignored !== '') {
    const reason = `with --variant ${variant} the plugin names no columns; /ws/v1 gives addresses and usernames from fixed places`;
    throw fail('PLUGIN_OPTION_INVALID', { option: ignored, reason });
  }
  if (variant !== 'powerquery' && also !== undefined) {
    const reason = `with --variant ${variant} the plugin names no columns; the agent reads from /ws/v1 what profiles ask for`;
    throw fail('PLUGIN_OPTION_INVALID', { option: '--also', reason });
  }
  if (version !== undefined && !(isPluginVersion(version) && version.length <= 20)) {
    const reason = 'PowerSchool takes versions of digits and dots, at most 20 characters';
    throw fail('PLUGIN_OPTION_INVALID', { option: `--version ${version.slice(0, 40)}`, reason });
  }
  return {
    variant,
    version: version ?? hallpassVersion,
    sources: {
      studentEmail: studentEmail === undefined ? defaultSources.studentEmail : parseStudentEmail(studentEmail),
      teacherUsername:
        teacherUsername === undefined ? defaultSources.teacherUsername : parseTeacherUsername(teacherUsername),
      ...(preRegistered === undefined ? {} : { preRegistered }),
      ...(also === undefined ? {} : { also }),
    },
  };
}

async function earlierPlugin(file: string, name: string): Promise<PluginContents> {
  const previous = await readPluginFile(file);
  if (previous.name !== name) throw fail('PLUGIN_OF_ANOTHER_NAME', { file, previous: previous.name, name });
  return previous;
}

function refuseLowerVersion(version: string, previous: PluginContents, file: string): void {
  if (compareVersions(version, previous.version) > 0) return;
  const higher = versionAbove(previous.version, hallpassVersion);
  throw fail('PLUGIN_VERSION_NOT_HIGHER', { version, previous: previous.version, file, higher });
}

async function write(file: string, content: Buffer | string): Promise<void> {
  await writeWhole(file, content).catch((error: unknown) => {
    throw fail('PLUGIN_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
  });
}

function writtenText({ plugin, columns, queries, differences }: Explanation, out: string, guide: string): string {
  const asks =
    plugin.variant === 'powerquery'
      ? `${queries.length} queries, ${columns.length} columns, read only`
      : `no queries, reads /ws/v1 (variant ${plugin.variant})`;
  const approve = plugin.variant === 'powerquery' ? ' and approve the access request' : '';
  const lines = [
    `Wrote ${out}: plugin ${plugin.name} ${plugin.version}, ${asks}.`,
    `Wrote ${guide}: how to install it, step by step.`,
    differences === undefined
      ? `In PowerSchool: Plugin Management Dashboard > Install, then tick Enable${approve}.`
      : `In PowerSchool: Plugin Management Dashboard, disable ${plugin.name} ${differences.previous.version}, install this one, enable it${approve}.`,
    'Client id and secret are on the Data Provider Configuration page of the plugin.',
  ];
  return `${lines.join('\n')}\n`;
}
