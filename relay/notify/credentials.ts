/** When the credentials of the relay end: certificates say so themselves; of a client secret somebody must tell it. */
import type { Credential } from '../alerts/relay.ts';
import { certificateIn } from '../settings/certificate-files.ts';
import type { RelaySettings } from '../settings/settings.ts';

/** Those that can be read: a file that cannot is reported where it is used. */
export async function credentialsOf({ listen, graph }: RelaySettings): Promise<Credential[]> {
  const files = [
    { what: "the relay's certificate", option: '--tls-cert', file: listen.certFile },
    { what: "the app's certificate", option: '--client-cert', file: graph.certificateFile },
  ];
  const found: Credential[] = [];
  for (const { what, option, file } of files) {
    const held = file === undefined ? undefined : await certificateIn(file);
    if (held !== undefined && 'value' in held) {
      found.push({ what, option, endsAt: held.value.validToDate.toISOString() });
    }
  }
  if (graph.secretFile !== undefined && graph.secretEnds !== undefined) {
    const option = '--client-secret-file FILE --client-secret-ends DATE';
    found.push({ what: "the app's client secret", option, endsAt: `${graph.secretEnds}T00:00:00.000Z` });
  }
  return found;
}
