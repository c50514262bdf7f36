/** Addresses, ids and files as people type and paste them. */
import { homedir } from 'node:os';
import t from 'tap';
import { securedAddress, typedAddress, typedProxy } from './typed-address.ts';
import { pastedOption, tidyPath, tidyText, tidyValue } from './typed-text.ts';

t.test('completes an address, and reports every change', async (t) => {
  const cases: ['relay.url' | 'powerschool.url', string, string, RegExp | undefined][] = [
    ['relay.url', 'https://relay.example.com', 'https://relay.example.com/', undefined],
    ['relay.url', '  "https://relay.example.com/"  ', 'https://relay.example.com/', undefined],
    ['relay.url', 'relay.example.com', 'https://relay.example.com/', /https:\/\/ was added/],
    ['relay.url', 'relay.example.com:8443', 'https://relay.example.com:8443/', /https:\/\/ was added/],
    ['relay.url', 'https://Relay.example.com.', 'https://relay.example.com/', undefined],
    ['relay.url', 'https://relay.example.com.:8443/x', 'https://relay.example.com:8443/x', /the dot after the name/],
    ['powerschool.url', 'https://ps.example.org./admin/', 'https://ps.example.org', /the dot.*; \/admin\/ was cut/],
    ['relay.url', '//relay.example.com', 'https://relay.example.com/', /was added/],
    ['relay.url', 'https//relay.example.com', 'https://relay.example.com/', /begins with https:\/\/ now/],
    ['relay.url', 'https:relay.example.com', 'https://relay.example.com/', /begins with https:\/\/ now/],
    ['relay.url', 'HTTPS://Relay.Example.COM:443', 'https://relay.example.com/', undefined],
    ['relay.url', 'wss://relay.example.com/agent/v1/link', 'https://relay.example.com/', /\/agent\/v1\/link was cut/],
    [
      'relay.url',
      'https://relay.example.com/hallpass/healthz',
      'https://relay.example.com/hallpass',
      /healthz was cut/,
    ],
    ['relay.url', 'https://example.com/hallpass/', 'https://example.com/hallpass/', undefined],
    [
      'relay.url',
      'https://relay.example.com/admin/home.html',
      'https://relay.example.com/',
      /\/admin\/home\.html was cut/,
    ],
    ['relay.url', 'relay.example.com/?a=1#top', 'https://relay.example.com/', /was added.*\?a=1#top was cut/s],
    [
      'powerschool.url',
      'https://ps.example.org/admin/home.html?x=1',
      'https://ps.example.org',
      /home\.html\?x=1 was cut/,
    ],
    ['powerschool.url', 'ps.example.org/public/', 'https://ps.example.org', /\/public\/ was cut/],
    ['powerschool.url', '<https://ps.example.org>,', 'https://ps.example.org', undefined],
    ['powerschool.url', 'powerschool', 'https://powerschool', /was added/],
    ['powerschool.url', '\u200bhttps://ps.example.org\u00a0', 'https://ps.example.org', undefined],
    ['powerschool.url', 'http://127.0.0.1:9000', 'http://127.0.0.1:9000', undefined],
  ];
  for (const [setting, typed, address, change] of cases) {
    const found = typedAddress(setting, typed);
    t.equal(found.address, address, typed);
    if (change === undefined) t.same(found.changes, [], typed);
    else t.match(found.changes.join('; '), change, typed);
  }
});

t.test('refuses what it cannot complete without guessing, and repeats no password', async (t) => {
  for (const typed of [
    '',
    'https://',
    'ftp://ps.example.org',
    'https://ps example org',
    'ps.example.org:99999',
    'https://:443',
  ]) {
    t.throws(() => typedAddress('powerschool.url', typed), { code: 'SETTING_INVALID' }, typed);
  }
  for (const typed of ['https://ann:hush@ps.example.org', 'ann:hush@ps.example.org/admin']) {
    t.throws(() => typedAddress('powerschool.url', typed), { message: /user name or password/ }, typed);
    t.throws(() => typedAddress('powerschool.url', typed), { message: /^((?!hush).)*$/ }, typed);
  }
  t.throws(() => typedAddress('relay.url', 'http://relay.example.com'), { code: 'RELAY_ADDRESS_INSECURE' });
  const secured = securedAddress('relay.url', 'http://relay.example.com/x.html');
  t.match(secured, { address: 'https://relay.example.com/', changes: [/instead of http/, /x\.html was cut/] });
});

t.test("completes a proxy's address", async (t) => {
  t.match(typedProxy('proxy.example.org:8080', 'proxy.url'), { address: 'http://proxy.example.org:8080' });
  t.match(typedProxy('http://ann:p%40ss@proxy:8080/', 'proxy.url'), {
    address: 'http://proxy:8080',
    signIn: 'ann:p@ss',
  });
  t.match(typedProxy(' NONE ', 'proxy.url'), { address: 'none', changes: [] });
  t.throws(() => typedProxy('socks5://proxy:1080', 'proxy.url'), { message: /http:\/\/ or https:\/\// });
});

t.test('tidies text, ids and file names', async (t) => {
  t.equal(tidyText(' “8c3e-11”\u0000 '), '8c3e-11');
  t.equal(tidyText('\u001b[200~pasted\u001b[201~'), 'pasted');
  t.equal(tidyText('ab\u001b[Dc'), 'abc');
  t.equal(tidyText('"only one'), '"only one');
  t.equal(tidyText("'"), "'");
  t.equal(tidyValue('Client ID: 8c3e', /^client\s*-?id\s*[:=]\s*/i), '8c3e');
  t.equal(tidyPath("'/tmp/my ca.pem'", 'linux'), '/tmp/my ca.pem');
  t.equal(tidyPath('/tmp/my\\ ca.pem ', 'linux'), '/tmp/my ca.pem');
  t.equal(tidyPath('file:///tmp/ca.pem', 'linux'), '/tmp/ca.pem');
  t.equal(tidyPath('~/ca.pem', 'linux'), `${homedir()}/ca.pem`);
  t.equal(tidyPath('"C:\\My Files\\ca.cer"', 'win32'), 'C:\\My Files\\ca.cer');
  const line = '  hallpass-agent setup --relay https://relay.example.com/ --code ABCD-EFGH-JKLM\n';
  t.equal(pastedOption(line, '--relay'), 'https://relay.example.com/');
  t.equal(pastedOption(line, '--code'), 'ABCD-EFGH-JKLM');
  t.equal(pastedOption('HALLPASS_CODE="ABCD-EFGH-JKLM" hallpass-agent setup --relay=x', '--code'), 'ABCD-EFGH-JKLM');
  t.equal(pastedOption('https://relay.example.com', '--relay'), undefined);
});
