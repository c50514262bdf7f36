/** What setup has to know, and every way to answer: typed, by option, by environment variable, from a file. */
import { type Command, Option } from 'commander';
import { fail } from '../../shared/errors.ts';
import { filled, secretFromFile, secretFromStdin } from '../terminal/input.ts';

interface Subject {
  /** The option without its value; the environment variable's name is derived from it. */
  flag: string;
  value: string;
  /** The question's text. */
  text: string;
  help: string;
  /** Comes from a file, standard input or the environment, never from the command line, which others can read. */
  secret?: true;
}

/** In the order of the help. */
export const subjects = {
  relay: { flag: '--relay', value: 'url', text: 'Address of the relay', help: 'address of the relay' },
  code: { flag: '--code', value: 'code', text: 'Enrollment code', help: 'one-time code for enrolling', secret: true },
  relayCa: {
    flag: '--relay-ca',
    value: 'file',
    text: "Certificate file (PEM or DER) of the authority that issued the relay's certificate",
    help: "certificate file (PEM or DER) of the authority that issued the relay's certificate",
  },
  name: {
    flag: '--name',
    value: 'name',
    text: 'Name of this agent',
    help: "name by which the relay's operator knows this agent (default: the host name)",
  },
  proxy: {
    flag: '--proxy',
    value: 'url',
    text: 'Address of the proxy for the relay',
    help: 'proxy for the connection to the relay',
  },
  proxyCredentials: {
    flag: '--proxy-credentials',
    value: 'user:password',
    text: 'User and password for the proxy, as user:password',
    help: 'user:password for the proxy',
    secret: true,
  },
  powerschoolUrl: {
    flag: '--powerschool-url',
    value: 'url',
    text: 'Address of PowerSchool',
    help: 'address of the PowerSchool server, without a path',
  },
  powerschoolCa: {
    flag: '--powerschool-ca',
    value: 'file',
    text: "Certificate file (PEM or DER) of the authority that issued PowerSchool's certificate",
    help: "certificate file (PEM or DER) of the authority that issued PowerSchool's certificate",
  },
  pluginOut: {
    flag: '--plugin-out',
    value: 'file',
    text: 'Where to write the plugin',
    help: 'where to write the plugin (default: hallpass-plugin.zip)',
  },
  clientId: {
    flag: '--powerschool-client-id',
    value: 'id',
    text: 'Client id',
    help: "client id from the plugin's Data Provider Configuration page",
  },
  clientSecret: {
    flag: '--powerschool-secret',
    value: 'secret',
    text: 'Client secret',
    help: 'client secret from the same page',
    secret: true,
  },
  serviceUser: {
    flag: '--service-user',
    value: 'name',
    text: 'User of the service',
    help: 'existing user for the service (default: systemd creates one just for it)',
  },
} as const satisfies Record<string, Subject>;

export type Topic = keyof typeof subjects;
export type Answers = Partial<Record<Topic, string>>;

const topics = Object.keys(subjects) as Topic[];

/** Adds the options of every subject to the command. */
export function addAnswerOptions(command: Command): Command {
  for (const topic of topics) {
    const { flag, value, help } = subjects[topic];
    const variable = variableOf(flag);
    if (!isSecret(topic)) command.option(`${flag} <${value}>`, `${help} (${variable})`);
    else {
      command.addOption(
        new Option(`${flag}-file <file>`, `file with the ${help} (${variable}_FILE; ${variable} for the value itself)`),
      );
      command.option(`${flag}-stdin`, `read the ${help} from standard input`);
    }
  }
  return command;
}

/**
 * All prepared answers. An option overrides the environment, and a file overrides a value there.
 *
 * @param options as commander provides them
 * @throws HallpassError FILE_UNREADABLE, TEXT_UNREADABLE, SETTING_INVALID when a secret is empty or two are to come
 *   from standard input
 */
export async function readAnswers(
  options: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
): Promise<Answers> {
  const answers: Answers = {};
  let piped: string | undefined;
  for (const topic of topics) {
    const { flag, text } = subjects[topic];
    const name = optionName(flag);
    const variable = variableOf(flag);
    const file = isSecret(topic) ? (options[`${name}File`] ?? env[`${variable}_FILE`]) : undefined;
    const value = options[name] ?? env[variable];
    if (isSecret(topic) && options[`${name}Stdin`] === true) {
      if (piped !== undefined)
        throw fail('SETTING_INVALID', { setting: flag, reason: `${piped} comes from standard input already` });
      piped = flag;
      answers[topic] = await secretFromStdin(stdin, stdout, text);
    } else if (typeof file === 'string') answers[topic] = await secretFromFile(file, text);
    else if (typeof value === 'string' && value.trim() !== '') {
      answers[topic] = isSecret(topic) ? filled(value, text, `The variable ${variable}`) : value.trim();
    }
  }
  return answers;
}

export function isSecret(topic: Topic): boolean {
  const { secret }: Subject = subjects[topic];
  return secret === true;
}

/** How to give an answer in advance. */
export function waysToAnswer(topic: Topic): string {
  const { flag } = subjects[topic];
  const variable = variableOf(flag);
  return isSecret(topic)
    ? `${flag}-file FILE, ${flag}-stdin, or the variable ${variable}`
    : `${flag}, or the variable ${variable}`;
}

/** --relay-ca becomes HALLPASS_RELAY_CA. */
function variableOf(flag: string): string {
  return `HALLPASS_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
}

/** commander's name: --relay-ca becomes relayCa. */
function optionName(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
