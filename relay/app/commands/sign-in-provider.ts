/** The sign-in provider of the console: set by an operator, and opened for sign-ins. */
import { z } from 'zod';
import { certificatesIn } from '../../../shared/ca-file.ts';
import { fail } from '../../../shared/errors.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';
import { isLoopback } from '../../../shared/trust.ts';
import { openProvider, type Provider } from '../../auth/provider.ts';
import type { ProxyVariables } from '../../network/proxy.ts';
import { openVault } from '../../secrets/key-file.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import { keepDocument, readProvider, type StoredProvider, setProvider } from '../../store/users/provider.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, performAcross } from '../perform.ts';

export interface SignInContext extends AppContext {
  proxies: ProxyVariables;
}

/** What a sealed secret is bound to. */
const purpose = 'sign-in provider';

const inputSchema = z.object({
  issuer: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine((issuer) => URL.parse(issuer)?.protocol === 'https:' || isLoopback(URL.parse(issuer)?.hostname ?? ''), {
      error: 'it must begin with https://, except on this computer',
    }),
  clientId: z.string().trim().min(1).max(200),
  secret: z.string().trim().min(1).max(1000),
  /** PEM of private authorities that signed its certificate. */
  authorities: z.string().max(100_000).nullable(),
});
export type ProviderInput = z.input<typeof inputSchema>;

/**
 * Sets the provider, once it has answered.
 *
 * @throws HallpassError RELAY_SETTING_INVALID, SIGN_IN_PROVIDER_UNREACHABLE, SIGN_IN_PROVIDER_UNUSABLE, KEY_UNUSABLE
 */
export async function setSignInProvider(context: SignInContext, actor: Actor, input: ProviderInput): Promise<void> {
  allow(actor, 'signIn.provider');
  const given = checked(input);
  const seen: string[] = [];
  const provider = await openProvider(
    { ...given, document: null },
    { clock: context.clock, proxies: context.proxies, seen: async (document) => void seen.push(document) },
  );
  await provider.document();
  const secret = await openVault(context.home, context.keyFile).seal(given.secret, purpose);
  await performAcross(context, actor, 'signIn.provider', async (scope, now) => {
    const before = await readProvider(scope);
    const document = seen.at(-1) ?? null;
    await setProvider(scope, { ...given, secret, document, changedAt: now.toISOString() });
    const detail = {
      issuer: { before: before?.issuer ?? null, after: given.issuer },
      clientId: { before: before?.clientId ?? null, after: given.clientId },
    };
    return { outcome: undefined, entries: [{ tenantId: ofTheRelay, detail }] };
  });
}

function checked(input: ProviderInput): z.output<typeof inputSchema> {
  const result = inputSchema.safeParse(input);
  if (!result.success) {
    const { path, reason } = schemaReason(result.error);
    throw fail('RELAY_SETTING_INVALID', { setting: path, reason });
  }
  const { authorities } = result.data;
  const found = authorities === null ? undefined : certificatesIn(Buffer.from(authorities));
  if (found === undefined) return result.data;
  if ('reason' in found) throw fail('RELAY_SETTING_INVALID', { setting: 'authorities', reason: found.reason });
  return { ...result.data, authorities: found.certificates.join('\n') };
}

/** The provider as it is set now; what one process learns of it by asking is kept until somebody changes it. */
export class SignInProviders {
  readonly #context: SignInContext;
  #open: { sealed: string; provider: Promise<Provider> } | undefined;

  constructor(context: SignInContext) {
    this.#context = context;
  }

  /** @throws HallpassError SIGN_IN_NOT_SET_UP, KEY_UNUSABLE, KEY_WRONG */
  async now(): Promise<Provider> {
    const { store } = this.#context;
    const stored = await store.readSystem(readProvider);
    if (stored === undefined) throw fail('SIGN_IN_NOT_SET_UP', {});
    // Sealed anew by every change.
    if (this.#open?.sealed !== stored.secret) this.#open = { sealed: stored.secret, provider: this.#opened(stored) };
    const { provider } = this.#open;
    return await provider.catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
  }

  async #opened({ secret: sealed, ...stored }: StoredProvider): Promise<Provider> {
    const { home, keyFile, store, clock, proxies } = this.#context;
    const secret = await openVault(home, keyFile).open(sealed, purpose);
    const seen = (document: string) =>
      store.system((scope) => keepDocument(scope, stored.issuer, document, new Date(clock.now())));
    return await openProvider({ ...stored, secret }, { clock, proxies, seen });
  }
}
