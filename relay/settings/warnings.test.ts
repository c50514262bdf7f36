/** Missing settings, and certificates that expire: reported in time, and refused when it is too late. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createClientCertificate } from '../../scripts/simulators/authority.ts';
import { settingMistakes } from './check.ts';
import { checkSettings } from './settings.ts';
import { settingWarnings } from './warnings.ts';

const dayMs = 86_400_000;
const home = t.testdir();
const clientId = '6fd2c87f-b296-42f0-b197-1e91e994b900';
/** Valid for 365 days from now. */
const { cert, key } = await createClientCertificate('test');
const [certFile, keyFile, secretFile] = ['test.pem', 'test.key', 'secret'].map((name) => join(home, name)) as [
  string,
  string,
  string,
];
await writeFile(certFile, cert);
await writeFile(keyFile, key);
await writeFile(secretFile, 'a~secret.value');
const app = { clientId, secretFile };
const tls = { certFile, keyFile };

t.test('each missing setting is one sentence with what to do', async (t) => {
  const publicUrl = 'https://relay.example.org';
  const table: [settings: object, warnings: RegExp[]][] = [
    [
      {},
      [
        /no app registration.*configure --client-id/,
        /Agents on other machines cannot reach 127\.0\.0\.1: .*--tls-cert/,
      ],
    ],
    [{ graph: { clientId } }, [/no app registration/, /cannot reach/]],
    [{ graph: app }, [/cannot reach/]],
    [{ graph: app, listen: tls }, []],
    [{ graph: app, listen: { publicUrl, trustedProxies: ['127.0.0.1'] } }, []],
    [{ graph: app, listen: { publicUrl } }, [/No proxy is trusted.*--trusted-proxy/]],
    [
      { graph: app, listen: { publicUrl: 'http://relay.example.org', trustedProxies: ['10.0.0.1'] } },
      [/is not encrypted: agents refuse it/],
    ],
    [
      { graph: app, listen: { publicUrl: `${publicUrl}/hallpass`, ...tls } },
      [/Agents use host and port of .*\/hallpass only/],
    ],
    [
      { graph: app, listen: { publicUrl: `${publicUrl}:8640`, trustedProxies: ['10.0.0.1'] } },
      [/speak https to port 8640, but there the relay itself speaks http/],
    ],
    [{ graph: app, listen: { certFile: secretFile, keyFile } }, [/The relay's certificate cannot be used: /]],
  ];
  for (const [settings, expected] of table) {
    const warnings = await settingWarnings(checkSettings(settings), Date.now());
    const name = JSON.stringify(settings);
    t.equal(warnings.length, expected.length, `${name}: ${warnings.join(' | ')}`);
    for (const [at, warning] of expected.entries()) t.match(warnings[at], warning, name);
  }
});

t.test('reports a certificate that expires soon, and refuses an expired one when it is set', async (t) => {
  const settings = checkSettings({ listen: tls, graph: { clientId, certificateFile: certFile, keyFile } });
  const seen = async (days: number) => {
    const nowMs = Date.now() + days * dayMs;
    return { warnings: await settingWarnings(settings, nowMs), mistakes: await settingMistakes(settings, nowMs) };
  };
  t.same(await seen(330), { warnings: [], mistakes: [] });
  const soon = await seen(345);
  t.match(soon.warnings, [
    /^The relay's certificate \(.*test\.pem\) ends on \d{4}-\d\d-\d\d, in (19|20) days$/,
    /^The app's certificate \(.*test\.pem\) ends on .*, in (19|20) days$/,
  ]);
  t.same(soon.mistakes, [], 'it still works');
  const late = await seen(366);
  t.match(late.warnings, [/^The relay's certificate .* expired on \d{4}/, /^The app's certificate .* expired on/]);
  t.match(late.mistakes, [
    { setting: 'listen.certFile', reason: /expired on \d{4}-\d\d-\d\d$/ },
    { setting: 'graph.certificateFile', reason: /expired on/ },
  ]);
  const early = await seen(-3);
  t.match(early.mistakes, [{ reason: /is not valid before/ }, { reason: /is not valid before/ }]);
});
