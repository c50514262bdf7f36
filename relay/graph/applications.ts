/**
 * The applications by which the relay signs in: one that writes, and perhaps one that only reads. An administrator grants all
 * application permissions that a registration lists, or none (Entra: admin consent), so that reading first and writing later takes two.
 */
import { X509Certificate } from 'node:crypto';
import { fail } from '../../shared/errors.ts';
import { onlyLine } from '../../shared/person-text.ts';
import { readTextFile } from '../../shared/text-file.ts';
import type { RelaySettings } from '../settings/settings.ts';
import type { Application, Secret } from './sign-in.ts';

export interface Applications {
  writer: Application;
  reader: Application | undefined;
}

type GraphSettings = RelaySettings['graph'];

/** @throws HallpassError RELAY_NOT_CONFIGURED, TEXT_UNREADABLE */
export async function openApplications(settings: GraphSettings): Promise<Applications> {
  const { clientId, readerClientId, authority, baseUrl } = settings;
  if (clientId === undefined) {
    return missing('app registration', '--client-id GUID --client-cert FILE --client-key FILE');
  }
  const where = { authority, scope: `${baseUrl}/.default` };
  const writer = { clientId, secret: await secretOf(settings, settings.secretFile), ...where };
  if (readerClientId === undefined) return { writer, reader: undefined };
  const secret = await secretOf(settings, settings.readerSecretFile);
  return { writer, reader: { clientId: readerClientId, secret, ...where } };
}

async function secretOf({ certificateFile, keyFile }: GraphSettings, secretFile: string | undefined): Promise<Secret> {
  if (certificateFile !== undefined && keyFile !== undefined) {
    const certificate = await readTextFile(certificateFile);
    return {
      clientCertificate: {
        thumbprintSha256: new X509Certificate(certificate).fingerprint256.replaceAll(':', ''),
        privateKey: await readTextFile(keyFile),
        x5c: certificate,
      },
    };
  }
  if (secretFile !== undefined) {
    const secret = onlyLine(await readTextFile(secretFile), `The file ${secretFile}`);
    if (secret === undefined)
      throw fail('TEXT_UNREADABLE', { source: `The file ${secretFile}`, reason: 'it is empty' });
    return { clientSecret: secret };
  }
  return missing('certificate or secret for its app registration', '--client-cert FILE --client-key FILE');
}

function missing(setting: string, options: string): never {
  throw fail('RELAY_NOT_CONFIGURED', { setting, options });
}
