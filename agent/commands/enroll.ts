/** `hallpass-agent enroll`: creates this machine's key and registers it with a one-time code. */
import { resolve } from 'node:path';
import { fail } from '../../shared/errors.ts';
import { printableLine } from '../../shared/printable.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { Baselines } from '../baseline/baselines.ts';
import { ProbeMemory } from '../baseline/probe-memory.ts';
import { relayAddress } from '../model/addresses.ts';
import { openProxy } from '../network/proxy.ts';
import { changeSettings } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { takeLock } from '../state/lock.ts';
import { closeSecretFiles } from '../state/secret-files.ts';
import type { Context } from '../terminal/context.ts';
import { secretFromFile, secretFromStdin } from '../terminal/input.ts';
import { typedAddress } from '../terminal/typed-address.ts';
import { tidyText } from '../terminal/typed-text.ts';
import { enroll } from '../uplink/enroll.ts';

export interface EnrollOptions {
  relay?: string;
  relayCa?: string;
  code?: string;
  codeFile?: string;
  codeStdin?: true;
  name?: string;
}

/**
 * @throws HallpassError NOT_CONFIGURED, SETTING_INVALID, RELAY_ADDRESS_INSECURE, ENROLLMENT_CODE_INVALID,
 *   RELAY_UNREACHABLE, RELAY_TLS_UNTRUSTED, RELAY_TLS_INVALID, RELAY_INTERCEPTED, RELAY_REFUSED, the PROXY_ codes,
 *   STATE_IN_USE, STATE_UNWRITABLE
 */
export async function enrollAgent(context: Context, options: EnrollOptions): Promise<void> {
  const { folder, env, stdout, hostname, stop } = context;
  const state = await AgentState.open(folder);
  const url = options.relay ?? state.settings.relay.url;
  if (url === undefined) throw fail('NOT_CONFIGURED', { setting: 'relay address (--relay)', command: 'enroll' });
  const { address, changes } = typedAddress('relay.url', url);
  if (changes.length > 0) stdout.write(`The relay is taken as ${address} (${changes.join('; ')}).\n`);
  const relay = relayAddress(address);
  const caFile = options.relayCa === undefined ? state.settings.relay.caFile : resolve(options.relayCa);
  const ca = await trustedAuthorities(caFile);
  const proxy = await openProxy('relay', relay, state, env);
  const settings = changeSettings(state.settings, {
    'relay.url': relay.href,
    'relay.caFile': caFile,
    name: options.name === undefined ? undefined : tidyText(options.name),
  });

  // Taken first because it also proves that the folder is writable: the code works only once.
  const lock = await takeLock(state.paths.lock);
  try {
    const code = await readCode(context, options);
    // Before the key is written to it, and before the code is used up.
    if (process.platform === 'win32') await closeSecretFiles(state.paths);
    const identity = await enroll({ relay, ca, proxy, code, name: settings.name ?? hostname, signal: stop });
    if (identity.tenantId !== state.identity?.tenantId) {
      await new Baselines(state.paths.baseline).clear();
      await new ProbeMemory(state.paths.probe).clear();
    }
    await state.saveIdentity(identity);
    await state.saveSettings(settings);
    stdout.write(
      `Enrolled as agent ${identity.agentId} of ${printableLine(identity.tenantName)} with ${relay.href}.\n`,
    );
  } finally {
    await lock.release();
  }
}

async function readCode({ stdin, stdout }: Context, { code, codeFile, codeStdin }: EnrollOptions): Promise<string> {
  if (code !== undefined) return tidyText(code);
  if (codeFile !== undefined) return secretFromFile(codeFile, 'enrollment code');
  if (codeStdin === true || stdin.isTTY) return secretFromStdin(stdin, stdout, 'enrollment code');
  throw fail('NOT_CONFIGURED', { setting: 'enrollment code (--code, --code-file or --code-stdin)', command: 'enroll' });
}
