import { userInfo } from 'node:os';
import t from 'tap';
import { type HomeInput, relayHome, userName } from './home.ts';

const linux: HomeInput = { env: {}, platform: 'linux', homedir: '/home/ops', root: false };

t.test('chooses the state folder by platform', async (t) => {
  t.equal(relayHome(linux), '/home/ops/.local/state/hallpass-relay');
  t.equal(relayHome({ ...linux, env: { XDG_STATE_HOME: '/state' } }), '/state/hallpass-relay');
  t.equal(relayHome({ ...linux, root: true }), '/var/lib/hallpass-relay');
  t.equal(relayHome({ ...linux, root: true, env: { STATE_DIRECTORY: '/var/lib/x:/var/lib/y' } }), '/var/lib/x');
  t.equal(relayHome({ ...linux, env: { HALLPASS_HOME: '/srv/h', STATE_DIRECTORY: '/var/lib/x' } }), '/srv/h');
  t.equal(
    relayHome({ ...linux, platform: 'darwin', homedir: '/Users/ops' }),
    '/Users/ops/Library/Application Support/Hallpass Relay',
  );
  t.equal(relayHome({ ...linux, platform: 'win32', env: { ProgramData: 'D:\\Data' } }), 'D:\\Data\\Hallpass\\Relay');
});

t.test('the actor at the terminal is the account, or the one that called sudo', async (t) => {
  const { username } = userInfo();
  t.equal(userName({ root: false, env: {} }), username);
  t.equal(userName({ root: true, env: { SUDO_USER: 'kim' } }), 'kim');
  t.equal(userName({ root: true, env: { SUDO_USER: '' } }), username);
  t.equal(userName({ root: false, env: { SUDO_USER: 'somebody' } }), username, 'anybody can set it');
});
