/** The guide for the administrator who installs the plugin, as Markdown: written beside each ZIP, and docs/plugin.md. */

import { propertiesOf } from '../shared/properties.ts';
import { kinds } from '../shared/roster.ts';
import { type ExplainedField, type Explanation, explain } from './explain.ts';
import type { PluginChoices } from './manifest.ts';

/**
 * Menu names as in PowerSchool's help and vendors' guides: the side menu came with the interface of 2024, the start
 * page with its Setup menu is older, and "Data Configuration" is the former name of the credentials page.
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
      ? `It asks to read ${columns.length} columns and to change nothing. [Each column and its reason](#what-the-plugin-asks-for) are listed at the end.`
      : 'It asks for read access to the REST interface `/ws/v1`, and for nothing else.';
  return `# The PowerSchool plugin

\`${zip}\` contains the plugin ${plugin.name} ${plugin.version}. It gives the Hallpass agent,
which runs in your own network, a client id and a secret for reading rosters.
${asks}

You do not have to open PowerSchool to the internet: the agent connects to it inside your network. If you opened ports 80 and 443
for Microsoft's School Data Sync, you can close them.
`;
}

function beforeYouStart({ variant }: PluginChoices): string {
  const customization =
    variant === 'powerquery'
      ? `
- Turn **Customization** on (System > Customization). PowerSchool's documentation contradicts itself on whether
  PowerQueries need it; they work when it is on.`
      : '';
  return `## Before you start

- You need an administrator account with access to the system settings.
- Do not unpack the ZIP. Safari unpacks downloads on its own ("Open safe files after downloading"). If you zip the folder
  again, PowerSchool cannot install it, because \`plugin.xml\` must be at the top of the archive.${customization}
`;
}

function install(zip: string): string {
  return `## Install

1. Sign in to PowerSchool's admin portal.
2. Open the **Plugin Management Dashboard**:
   - in current versions: **System Management** in the left menu, then **Server > Plugin Configuration**
   - in older versions: **System** (under Setup) on the start page, then **System Settings > Plugin Management Configuration**
3. Choose **Install**, select \`${zip}\`, and choose **Install** again. The plugin appears under Installed Plugins.
`;
}

function enable({ plugin }: Explanation): string {
  const approve =
    plugin.variant === 'powerquery'
      ? `2. PowerSchool shows the access request: tables and columns, all "View Only". Compare it with the list at the end if
   you like, and choose **Enable**. Your approval grants the columns.`
      : '2. Confirm with **Enable**. There is no list of columns, because `/ws/v1` does not use one.';
  return `## Enable, and approve what it asks for

An installed plugin is not enabled yet.

1. On the Plugin Management Dashboard, select **Enable/Disable** in the plugin's row.
${approve}
`;
}

function credentials({ variant }: PluginChoices): string {
  const pages =
    variant === 'powerquery'
      ? ''
      : `
On the same page, set the **maximum page size** (pagination limit) of the resources to 1000 if it is lower: the agent then needs a
tenth of the requests. Since 25.2 that page also has the access level for \`/ws/v1\`, which must be READ.
`;
  return `## Give the agent its client id and secret

1. On the Plugin Management Dashboard, choose the plugin's name, then **Data Provider Configuration** (in older versions, **Data
   Configuration**). Client ID and Client Secret are under OAuth Credentials.
2. On the agent's machine, run:

   \`\`\`sh
   hallpass-agent configure --powerschool-url https://powerschool.example.org \\
     --powerschool-client-id CLIENT-ID --powerschool-secret-stdin
   \`\`\`

   The command asks for the secret, and shows nothing while you paste it. Never put the secret in an email, a ticket or a command line.
${pages}`;
}

const upgrade = `## Upgrade

1. Write the new plugin: \`hallpass-agent plugin --out new.zip --previous old.zip\`. Like PowerSchool, it refuses a version that is not higher than
   the old one. \`hallpass-agent plugin --explain --previous old.zip\` shows what the new one asks for.
2. On the Plugin Management Dashboard, clear **Enable/Disable** in the plugin's row.
3. **Install** the new ZIP as above. Do not delete the old plugin: the update replaces it, and the client id and secret stay.
4. **Enable** it, and approve the access request again. Until then PowerSchool refuses every request of the agent with 401.
`;

function refusals({ variant }: PluginChoices): string {
  const columns = `- **"Invalid Column"**, **"refers to non-existent core table column"** or **"is not a valid table"** when you enable it: your PowerSchool
  does not have that column. The plugin stays disabled, and after an upgrade PowerSchool refuses the agent with 401 until you enable a version
  without the column. If it is the column of \`--student-email\` or \`--teacher-username\`, write the plugin with another choice.
  Otherwise please report it, with your version of PowerSchool.
`;
  const attribute = `- **"accessLevelV1Api"** is not allowed: the server is older than 25.2. Write the plugin with \`--variant rest-legacy\`.
`;
  return `## If PowerSchool refuses the plugin

- **plugin.xml was not found**: somebody unpacked the ZIP and zipped it again. Use the one that the agent wrote.
- **The version** is not higher than that of the installed plugin: write it again with \`--version\`.
- **The name** already exists: there can be only one plugin called Hallpass.
${variant === 'powerquery' ? columns : ''}${variant === 'rest' ? attribute : ''}`;
}

function unauthorized({ variant }: PluginChoices): string {
  const answers =
    variant === 'powerquery'
      ? `
A **404 "Query … not found"** has another cause: the enabled version of the plugin does not have the query. Disable the plugin,
enable it again, and check that Customization is on. A **403 "No access to the field"** means that nobody approved the access request for
that column: disable the plugin and enable it again.
`
      : `
A **401 "Plugin is missing required accessLevelV1Api READ permission"** has nothing to do with the secret: the server is 25.2 or
later, and the access level of the plugin is NONE. Set it to READ on the Data Provider Configuration page.
`;
  return `## If the agent says that PowerSchool refuses the secret (401)

1. Is the plugin **enabled**? After an upgrade it is not, until you enable it.
2. Are client id and secret those that the Data Provider Configuration page shows **now**? "Regenerate Client ID and Secret" creates new ones, and so does
   deleting and reinstalling the plugin; an upgrade does not.
3. Does the address belong to this PowerSchool, and not to a test server with its own credentials?

While PowerSchool refuses the agent, it tries only rarely, so that no account is locked. Give it new credentials with the command above. Then
\`hallpass-agent check\` shows whether they work, even while the agent runs.
${answers}`;
}

function requested({ plugin, columns, resources }: Explanation): string {
  if (plugin.variant !== 'powerquery') {
    const rows = resources.map(
      ({ resource, reason, personal = '' }) => `| \`${resource}\` | ${personal} | ${reason} |`,
    );
    return `## What the agent reads

| resource of \`/ws/v1\` | personal data | why |
|---|---|---|
${rows.join('\n')}

The agent reads nothing else of what \`/ws/v1\` offers. PowerSchool itself sets no such limit.
`;
  }
  return `## What the plugin asks for

The plugin reads email addresses of students from \`${plugin.studentEmail}\`, and usernames of teachers from \`${plugin.teacherUsername}\`.
Districts keep these in different places: choose yours with \`--student-email\` and \`--teacher-username\`.

| choice | what it reads |
|---|---|
| \`--student-email person\` | the primary address under Contacts and email addresses (default) |
| \`--student-email contact\` | the older contact entry of the student, which the REST API calls \`contact_info\` |
| \`--student-email column:TABLE.FIELD\` | a column of STUDENTS, or of an extension table of it |
| \`--pre-registered\` | also students with Enroll_Status -1; they leave the district only if a sync profile has \`preRegistered\` |
${furtherRows().join('')}| \`--teacher-username login\` | the teacher login, or the admin login if there is none (default) |
| \`--teacher-username email\` | the email address of the user |
| \`--teacher-username number\` | the teacher number |
| \`--teacher-username column:TABLE.FIELD\` | a column of USERS, or of an extension table of it |

Extension tables (\`U_…\` of the district, \`S_…\` of the state) differ from district to district. The plugin asks for one only if you name it.

"Leaves" says when the value leaves the district: *always*, with every record; *asked*, only if a sync profile of the relay asks for it; *never*, because only
the query itself uses it.

| column | personal data | leaves | why |
|---|---|---|---|
${columns.flatMap(columnRows).join('\n')}
`;
}

/** A row for each property that the plugin reads only with `--also`. */
function furtherRows(): string[] {
  return kinds.flatMap((kind) =>
    propertiesOf(kind).flatMap(({ name, words, column, onlyAlso }) =>
      onlyAlso === true
        ? [
            `| \`--also ${name}\` | also the ${words} of each ${kind} (\`${column}\`); it leaves the district only if a sync profile asks for it |\n`,
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
