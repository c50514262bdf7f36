/** The guide for the administrator who installs the plugin, as Markdown: written beside each ZIP, and docs/plugin.md. */

import { propertiesOf } from '../shared/properties.ts';
import { kinds } from '../shared/roster.ts';
import { type ExplainedField, type Explanation, explain } from './explain.ts';
import type { PluginChoices } from './manifest.ts';

/**
 * Menu names as PowerSchool's help and vendors' guides give them: the side menu came with the interface of 2024, the start
 * page with its Setup menu is older, and "Data Configuration" is what the page of the credentials was called first.
 *
 * @param zip name of the plugin file
 */
export function guideOf(choices: PluginChoices, zip: string): string {
  const explanation = explain(choices, undefined);
  return [
    introduction(explanation, zip),
    explanation.notes.length === 0 ? '' : `${explanation.notes.map((note) => `> ${note}`).join('\n>\n')}\n`,
    beforeYouStart(choices),
    install(zip),
    enable(explanation),
    credentials(choices),
    upgrade,
    refusals(choices),
    unauthorized(choices),
    requested(explanation),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function introduction({ plugin, columns }: Explanation, zip: string): string {
  const asks =
    plugin.variant === 'powerquery'
      ? `It asks to read ${columns.length} columns and to change nothing; [each column and its reason](#what-the-plugin-asks-for) stands at the end.`
      : 'It asks for read access to the REST interface `/ws/v1` and for nothing else.';
  return `# The PowerSchool plugin

\`${zip}\` holds the plugin ${plugin.name} ${plugin.version}. It gives the Hallpass agent,
which runs in your own network, a client id and a secret with which to read rosters.
${asks}

Nothing has to be opened to the internet: the agent connects to PowerSchool inside your network. If ports 80 and 443 were
opened for Microsoft's School Data Sync, they can be closed again.
`;
}

function beforeYouStart({ variant }: PluginChoices): string {
  const customization =
    variant === 'powerquery'
      ? `
- **Customization** should be on (System > Customization). PowerSchool's documentation contradicts itself on whether
  PowerQueries need it; with it on they work.`
      : '';
  return `## Before you start

- You need an administrator account that may use the system settings.
- Leave the ZIP as it is. Safari unpacks downloads by itself ("Open safe files after downloading"); a folder that is zipped
  again cannot be installed, because \`plugin.xml\` must be at the top of the archive.${customization}
`;
}

function install(zip: string): string {
  return `## Install

1. Sign in to PowerSchool's admin portal.
2. Open the **Plugin Management Dashboard**:
   - today: **System Management** in the left menu, then **Server > Plugin Configuration**;
   - older: on the start page **System** (under Setup), then **System Settings > Plugin Management Configuration**.
3. Choose **Install**, select \`${zip}\`, and choose **Install** again. The plugin appears under Installed Plugins.
`;
}

function enable({ plugin }: Explanation): string {
  const approve =
    plugin.variant === 'powerquery'
      ? `2. PowerSchool shows the access request: tables and columns, all "View Only". Compare it with the list at the end if
   you like, and choose **Enable**. Approving is what grants the columns.`
      : '2. Confirm with **Enable**. There is no list of columns, because `/ws/v1` does not look at one.';
  return `## Enable, and approve what it asks for

Installed is not enabled.

1. On the Plugin Management Dashboard tick **Enable/Disable** in the plugin's line.
${approve}
`;
}

function credentials({ variant }: PluginChoices): string {
  const pages =
    variant === 'powerquery'
      ? ''
      : `
On the same page set the **maximum page size** (pagination limit) of the resources to 1000 if it is lower: the agent then needs a
tenth of the requests. Since 25.2 the access level for \`/ws/v1\` stands there, too, and must be READ.
`;
  return `## Give the agent its client id and secret

1. On the Plugin Management Dashboard choose the plugin's name, then **Data Provider Configuration** (older: **Data
   Configuration**). Client ID and Client Secret are under OAuth Credentials.
2. On the machine of the agent:

   \`\`\`sh
   hallpass-agent configure --powerschool-url https://powerschool.example.org \\
     --powerschool-client-id CLIENT-ID --powerschool-secret-stdin
   \`\`\`

   It asks for the secret and shows nothing while you paste it. The secret belongs in no e-mail, ticket or command line.
${pages}`;
}

const upgrade = `## Upgrade

1. Write the new plugin: \`hallpass-agent plugin --out new.zip --previous old.zip\`. It refuses a version that is not higher than
   the old one, as PowerSchool would. \`hallpass-agent plugin --explain --previous old.zip\` shows what the new one asks for.
2. On the Plugin Management Dashboard untick **Enable/Disable** in the plugin's line.
3. **Install** the new ZIP as above. Do not delete the old one: the update replaces it, and the client id and secret stay.
4. **Enable** it and approve the access request again. Until then every request of the agent is refused with 401.
`;

function refusals({ variant }: PluginChoices): string {
  const columns = `- **"Invalid Column"**, **"refers to non-existent core table column"** or **"is not a valid table"** when you enable it: your PowerSchool
  lacks the column that is named. The plugin stays disabled, and after an upgrade the agent is refused with 401 until a version
  without that column is enabled. Write the plugin with another \`--student-email\` or \`--teacher-username\` if it is one of
  those columns, otherwise please report it with your PowerSchool's version.
`;
  const attribute = `- **"accessLevelV1Api"** is not allowed: the server is older than 25.2; write the plugin with \`--variant rest-legacy\`.
`;
  return `## If PowerSchool refuses the plugin

- **plugin.xml was not found**: the ZIP was unpacked and zipped again. Use the one that the agent wrote.
- **The version** is not higher than that of the installed plugin: write it again with \`--version\`.
- **The name** exists already: there can be one plugin called Hallpass.
${variant === 'powerquery' ? columns : ''}${variant === 'rest' ? attribute : ''}`;
}

function unauthorized({ variant }: PluginChoices): string {
  const answers =
    variant === 'powerquery'
      ? `
A **404 "Query … not found"** is something else: the plugin is enabled, but not in the version that has the query. Disable it,
enable it again, and look at Customization. A **403 "No access to the field"** means that the access request was not approved for
that column: disable and enable the plugin.
`
      : `
A **401 "Plugin is missing required accessLevelV1Api READ permission"** has nothing to do with the secret: the server is 25.2 or
later and the access level of the plugin is NONE. Set it to READ on the Data Provider Configuration page.
`;
  return `## If the agent says that the secret is refused (401)

1. Is the plugin **enabled**? After an upgrade it is not, until you enable it.
2. Are client id and secret those on the Data Provider Configuration page **now**? "Regenerate Client ID and Secret" and
   deleting and reinstalling the plugin make new ones; an upgrade does not.
3. Does the address belong to this PowerSchool, and not to a test server with credentials of its own?

The agent tries rarely while it is refused, so that no account is locked. Give it new credentials with the command above, then
\`hallpass-agent check\` shows whether they work, also while the agent runs.
${answers}`;
}

function requested({ plugin, columns, resources }: Explanation): string {
  if (plugin.variant !== 'powerquery') {
    const rows = resources.map(
      ({ resource, reason, personal = '' }) => `| \`${resource}\` | ${personal} | ${reason} |`,
    );
    return `## What the agent reads

| of \`/ws/v1\` | personal data | why |
|---|---|---|
${rows.join('\n')}

Everything else that \`/ws/v1\` offers is left alone by the agent; PowerSchool itself draws no such line.
`;
  }
  return `## What the plugin asks for

Addresses of students are read from \`${plugin.studentEmail}\`, usernames of teachers from \`${plugin.teacherUsername}\`.
Districts keep these in different places: \`--student-email\` and \`--teacher-username\` choose them.

| choice | read from |
|---|---|
| \`--student-email person\` | the primary address under Contacts and e-mail addresses (default) |
| \`--student-email contact\` | the older contact entry of the student, which the REST API calls \`contact_info\` |
| \`--student-email column:TABLE.FIELD\` | a column of STUDENTS, or of an extension table of it |
| \`--pre-registered\` | students of Enroll_Status -1 too; they are sent only where a profile has \`preRegistered\` |
${furtherRows().join('')}| \`--teacher-username login\` | the teacher login, or the admin login where there is none (default) |
| \`--teacher-username email\` | the e-mail address of the user |
| \`--teacher-username number\` | the teacher number |
| \`--teacher-username column:TABLE.FIELD\` | a column of USERS, or of an extension table of it |

Extension tables (\`U_…\` of the district, \`S_…\` of the state) differ from district to district and are asked for only when you name one.

"Leaves" below: *always* = with every record; *asked* = only when a sync profile of the relay asks for it; *never* = used only
inside the query.

| column | personal data | leaves | why |
|---|---|---|---|
${columns.flatMap(columnRows).join('\n')}
`;
}

/** A line for each property that is read only when somebody asks for it. */
function furtherRows(): string[] {
  return kinds.flatMap((kind) =>
    propertiesOf(kind).flatMap(({ name, words, column, onlyAlso }) =>
      onlyAlso === true
        ? [
            `| \`--also ${name}\` | the ${words} of each ${kind} (\`${column}\`) too; it is sent only where a profile asks for it |\n`,
          ]
        : [],
    ),
  );
}

function columnRows({ table, field, personal, uses }: ExplainedField): string[] {
  const sent = [...new Set(uses.map((use) => use.sent))].filter((word, _, all) => word !== 'never' || all.length === 1);
  return [
    `| \`${table}.${field}\` | ${personal ?? ''} | ${sent.join(', ')} | ${uses.map((use) => use.sentence).join('; ')} |`,
  ];
}
