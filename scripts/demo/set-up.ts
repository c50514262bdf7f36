/** Sets everything up: PowerSchool with the plugin, Microsoft 365, the relay, and the agent enrolled with it. */
import { configureAgent, enrollAgent, writePlugin } from './agent.ts';
import { type Directory, demoDirectory } from './directory.ts';
import { type InspectOptions, localDate } from './inspect.ts';
import { type AppRegistration, type Microsoft, registerApp, startMicrosoft } from './microsoft.ts';
import { readDistrict } from './oracle/district.ts';
import { readRules } from './oracle/rules.ts';
import { installPlugin, type PowerSchool, startPowerSchool } from './powerschool.ts';
import { addDistrict, configureRelay, enableProfiles, enrollmentCode, type Relay, startRelay } from './relay.ts';
import { count } from './screen.ts';
import { summit } from './sites.ts';
import type { Stages } from './stages.ts';
import type { Testbed } from './testbed.ts';

/** Where everything is, once it runs. */
export interface Place extends InspectOptions {
  powerschool: PowerSchool;
  relay: Relay;
  app: AppRegistration;
}

/** Everything up to the moment before the agent starts to work. Independent steps run in parallel. */
export async function setUp(testbed: Testbed, stages: Stages): Promise<Place> {
  const { screen, options } = testbed;
  const plugin = writePlugin(testbed);
  const registration = registerApp(testbed);
  plugin.catch(() => undefined);
  registration.catch(() => undefined);

  screen.busy('Starting PowerSchool');
  const powerschool = await stages.time('powerschool', () => startPowerSchool(testbed, summit, options));
  const today = localDate(new Date());
  const district = readDistrict(powerschool.db, today);
  screen.done(
    `PowerSchool is running: ${count(district.schools.length, 'school')}, ${count(district.sections.length, 'section')}, ` +
      `${count(district.people.length, 'person').replace('persons', 'people')}, ${count(district.enrollments.length, 'enrollment')}`,
  );

  const directory = demoDirectory(district, options, today);
  const app = await registration;
  screen.busy('Starting Microsoft 365 and the relay, installing the plugin');
  const [{ microsoft, relay, codeFile }] = await Promise.all([
    startCloud(testbed, stages, { directory, app }),
    stages.time('plugin', async () => {
      const credentials = await installPlugin(powerschool, await plugin);
      screen.done('The plugin is installed and enabled in PowerSchool');
      await configureAgent(testbed, summit, powerschool, credentials);
    }),
  ]);
  screen.busy('Enrolling the agent');
  await stages.time('enrollment', () => enrollAgent(testbed, summit, relay.url, codeFile));
  screen.done('The agent is enrolled with the relay');
  return {
    powerschool,
    microsoft,
    relay,
    app,
    profiles: directory.profiles.map(readRules),
    groupLicenses: directory.groupLicenses,
    accounts: directory.accounts,
    before: directory.before,
    powerschoolDb: powerschool.db,
    relayDb: relay.db,
  };
}

async function startCloud(
  testbed: Testbed,
  stages: Stages,
  { directory, app }: { directory: Directory; app: AppRegistration },
): Promise<{ microsoft: Microsoft; relay: Relay; codeFile: string }> {
  const { screen } = testbed;
  const [microsoft, codeFile] = await Promise.all([
    stages.time('microsoft', () => startMicrosoft(testbed, directory, app)),
    stages.time('district', async () => {
      await addDistrict(testbed, summit, app.tenantId);
      await enableProfiles(testbed, summit, directory.profiles);
      return await enrollmentCode(testbed, summit);
    }),
  ]);
  screen.done(`Microsoft 365 is running: ${count(directory.accounts.length, 'account')} in the directory`);
  const relay = await stages.time('relay', async () => {
    await configureRelay(testbed, app, { port: 0, tls: true, microsoft: microsoft.baseUrl });
    return await startRelay(testbed);
  });
  screen.done(`The relay is running: ${relay.url}`);
  return { microsoft, relay, codeFile };
}
