/** Which answers may be wrong when a step has failed, the likeliest first, and the next step in setup's words. Pure. */
import type { ErrorCode } from '../../shared/errors.ts';
import type { Check } from '../check/finding.ts';
import type { Topic } from './questions.ts';

/** A failed step or a failed check within it. */
export interface Trouble {
  code: string;
  message: string;
  action: string;
  /** Name of the check that failed. */
  check?: string;
}

export function troubleOf({ name, code = 'SETUP_CHECK_FAILED', fact, action }: Check): Trouble {
  return { code, message: `The check ${name} failed: ${fact}`, action, check: name };
}

const byCode: Partial<Record<ErrorCode, readonly Topic[]>> = {
  ENROLLMENT_CODE_INVALID: ['code'],
  AGENT_UNKNOWN: ['code'],
  NOT_ENROLLED: ['code'],
  PROXY_AUTH_REQUIRED: ['proxyCredentials'],
  PROXY_AUTH_UNSUPPORTED: ['proxy'],
  PROXY_PARENT_REFUSED: ['proxy'],
  PROXY_UNREACHABLE: ['proxy'],
  PROXY_TLS_UNTRUSTED: ['proxy'],
  PROXY_REFUSED: ['proxy'],
  PROXY_WEB_PAGE: ['proxy'],
  PROXY_FAILED: ['relay', 'proxy'],
  RELAY_TLS_UNTRUSTED: ['relayCa'],
  RELAY_TLS_INVALID: ['relay'],
  RELAY_INTERCEPTED: ['relay', 'proxy'],
  RELAY_UPGRADE_LOST: [],
  RELAY_BUSY: [],
  ATTEMPTS_EXCEEDED: [],
  POWERSCHOOL_TLS_UNTRUSTED: ['powerschoolCa'],
  POWERSCHOOL_TLS_INVALID: ['powerschoolUrl'],
  POWERSCHOOL_WRONG_HOST: ['powerschoolUrl'],
  POWERSCHOOL_SECRET_REFUSED: ['clientId', 'clientSecret'],
  PLUGIN_UNWRITABLE: ['pluginOut'],
  SERVICE_USER_UNKNOWN: ['serviceUser'],
};

/** For failures that say only where they occurred. */
const byCheck: Record<string, readonly Topic[]> = {
  'relay.dns': ['relay', 'proxy'],
  'relay.tcp': ['relay', 'proxy'],
  'relay.tls': ['relay'],
  'powerschool.dns': ['powerschoolUrl'],
  'powerschool.tcp': ['powerschoolUrl'],
  'powerschool.tls': ['powerschoolUrl'],
  'powerschool.metadata': ['powerschoolUrl'],
};

/** What to ask for again; nothing when no answer helps. */
export function topicsAfter({ code, check = '' }: Trouble): readonly Topic[] {
  const topics: Partial<Record<string, readonly Topic[]>> = byCode;
  // On the path to PowerSchool, questions about the relay's proxy would not help.
  const found = topics[code] ?? byCheck[check] ?? [];
  return check.startsWith('powerschool.') && code.startsWith('PROXY_') ? [] : found;
}

const nextSteps: Partial<Record<Topic, string>> = {
  code: 'Ask the relay operator for a new code, and type it here: it works once, for 10 minutes.',
  relay: 'Check the address of the relay. If the connection needs a proxy, setup asks for it next.',
  relayCa:
    "If this is the authority of your own network (a filter that inspects TLS) or of the relay's operator, save its certificate as a file and name the file here. If nobody knows it, do not trust it: ask first.",
  proxy: 'If the connection to the relay needs a proxy, enter its address here.',
  proxyCredentials: 'Enter user name and password for the proxy here, or have the relay exempted from the sign-in.',
  powerschoolUrl:
    'Check that the address is right, that the server is running, and that this computer may connect to the port.',
  powerschoolCa: 'If this is your own authority, save its certificate as a file and name the file here.',
  clientId:
    'Check that the plugin is enabled, and copy client id and secret again from its Data Provider Configuration page.',
  pluginOut: 'Enter a file in a folder that you may write to.',
};

const neighbor =
  'Have the relay exempted from the sign-in of the proxy. Or run a small proxy on this computer that signs in for the agent (cntlm for NTLM; px for NTLM, Negotiate and Digest), and give its address here, for instance http://127.0.0.1:3128.';

/** The next step without commands: setup itself does what they would do. */
export function nextStep(trouble: Trouble): string {
  const [topic] = topicsAfter(trouble);
  if (trouble.code === 'PROXY_AUTH_UNSUPPORTED') return neighbor;
  return (topic === undefined ? undefined : nextSteps[topic]) ?? withoutCommands(trouble.action);
}

/** Leaves out the sentences that name a command of the agent; at least one sentence always stays. */
function withoutCommands(action: string): string {
  const sentences = action.split(/(?<=[.!?])\s+(?=[A-Z])/);
  const kept = sentences.flatMap((sentence) => {
    if (!sentence.includes('hallpass-agent')) return [sentence];
    // "…, or run …" and "… and name that one: …" offer two ways, of which only one is kept.
    const [first = ''] = sentence.split(/(?:,? or |,? and |: )(?=[^,;]*"?hallpass-agent)/);
    return first.includes('hallpass-agent') || first === '' ? [] : [`${first.replace(/[.:;,]$/, '')}.`];
  });
  return kept.length === 0 ? 'Fix this, and try again here.' : kept.join(' ');
}
