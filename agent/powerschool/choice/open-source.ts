/** Opens the source that the settings ask for. */
import type { Clock } from '../../../shared/clock.ts';
import { trustedAuthorities } from '../../../shared/trust.ts';
import type { Meter } from '../../model/meter.ts';
import type { Source, SourceKind } from '../../model/source.ts';
import type { SourceSettings } from '../../settings/settings.ts';
import { Calls } from '../calls.ts';
import { PowerSchoolHttp } from '../http.ts';
import { Metadata } from '../metadata.ts';
import { PowerQuerySource } from '../powerquery.ts';
import { RestSource } from '../rest/rest-source.ts';
import type { SignIn } from '../sign-in.ts';
import { TokenSource } from '../token.ts';
import { AutoSource } from './auto-source.ts';

export interface SourceParts {
  clock: Clock;
  meter: Meter;
  signIn: SignIn;
  /** How PowerSchool was read before this process started; undefined if it never was. */
  last: SourceKind | undefined;
  /** How long headers and each part of a body may take, in milliseconds; a minute by default. */
  timeoutMs?: number | undefined;
}

/** @throws HallpassError FILE_UNREADABLE, CA_FILE_INVALID */
export async function openSource(
  settings: SourceSettings,
  { clock, meter, signIn, last, timeoutMs }: SourceParts,
): Promise<Source> {
  const ca = await trustedAuthorities(settings.caFile);
  const http = new PowerSchoolHttp({ ...settings, ca, clock, meter, timeoutMs });
  const calls = new Calls(http, new TokenSource(http, signIn), clock);
  const metadata = new Metadata(http);
  const powerquery = new PowerQuerySource(calls, metadata, settings);
  const rest = new RestSource(calls, metadata, settings, clock);
  if (settings.source === 'auto') return new AutoSource(powerquery, rest, last);
  return settings.source === 'rest' ? rest : powerquery;
}
