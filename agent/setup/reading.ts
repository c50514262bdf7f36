/** Processes an answer before it is used: trims and completes it, and refuses it if it cannot be right. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../shared/errors.ts';
import { enrollRequestSchema } from '../../shared/link.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { proxySignInOf } from '../commands/configure.ts';
import { typedClientId } from '../powerschool/client-id.ts';
import { securedAddress, type TypedAddress, typedProxy } from '../terminal/typed-address.ts';
import { pastedOption, tidyPath, tidyText, tidyValue } from '../terminal/typed-text.ts';
import { type Answers, subjects, type Topic } from './questions.ts';

export interface Reading {
  value: string;
  /** How it differs from what was typed, as a note to the person. */
  note?: string;
  /** Answers to other questions that were typed with it. */
  also?: Answers;
}

/**
 * @throws HallpassError SETTING_INVALID, FILE_UNREADABLE, CA_FILE_INVALID and others: the answer cannot be right,
 *   whatever the servers say
 */
export async function readAnswer(topic: Topic, typed: string, platform: NodeJS.Platform): Promise<Reading> {
  // The operator hands out a whole command line, which people paste as it is.
  const pasted = pastedOption(typed, subjects[topic].flag);
  const text = pasted ?? typed;
  switch (topic) {
    case 'relay': {
      const code = pastedOption(typed, subjects.code.flag);
      const reading = ofAddress(securedAddress('relay.url', text));
      return code === undefined ? reading : { ...reading, also: { code } };
    }
    case 'powerschoolUrl':
      return ofAddress(securedAddress('powerschool.url', text));
    case 'proxy': {
      const proxy = typedProxy(text, 'proxy.url');
      const also = proxy.signIn === undefined ? {} : { also: { proxyCredentials: proxy.signIn } };
      return { ...ofAddress(proxy), ...also };
    }
    case 'relayCa':
    case 'powerschoolCa': {
      const value = tidyPath(text, platform);
      await trustedAuthorities(value);
      return { value };
    }
    case 'pluginOut': {
      const value = tidyPath(text, platform);
      const isFolder = await stat(value).then(
        (found) => found.isDirectory(),
        () => /[\\/]$/.test(value),
      );
      if (!isFolder) return { value };
      const file = join(value, 'hallpass-plugin.zip');
      return { value: file, note: `${file}, because ${value} is a folder` };
    }
    case 'code':
      return { value: codeOf(tidyValue(text, /^(?:enrollment\s+)?code\s*[:=]?\s+/i)) };
    case 'proxyCredentials':
      proxySignInOf(tidyText(text));
      return { value: tidyText(text) };
    case 'clientId':
      return ofClientId(text);
    case 'clientSecret':
      return { value: oneWord(tidyValue(text, /^client\s*-?secret\s*[:=]\s*/i)) };
    case 'name':
    case 'serviceUser':
      return { value: tidyText(text) };
  }
}

function ofAddress({ address, changes }: TypedAddress): Reading {
  return changes.length === 0 ? { value: address } : { value: address, note: `${address} (${changes.join('; ')})` };
}

/** A code of another length is mistyped, and not worth one of the few attempts that the relay allows. */
function codeOf(code: string): string {
  if (enrollRequestSchema.shape.code.safeParse(code).success && /^[\dA-Za-z\s-]+$/.test(code)) return code;
  throw fail('SETTING_INVALID', {
    setting: subjects.code.text.toLowerCase(),
    reason: 'a code has twelve letters and digits, like ABCD-EFGH-JKLM',
  });
}

function ofClientId(text: string): Reading {
  const { value, doubt } = typedClientId(text, subjects.clientId.text.toLowerCase());
  return doubt === undefined ? { value } : { value, note: `${value}, but ${doubt}` };
}

/** PowerSchool's secrets contain no blanks: pasting id and secret on one line is a common mistake. */
function oneWord(value: string): string {
  if (!/\s/.test(value)) return value;
  const setting = subjects.clientSecret.text.toLowerCase();
  throw fail('SETTING_INVALID', { setting, reason: 'it has spaces in it: copy only this value' });
}
