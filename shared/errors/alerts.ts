import type { Entry } from './entry.ts';

export const alertErrors = {
  ALERT_CHANNEL_EXISTS: {
    retry: 'fix',
    sentence: 'There is already an alert channel "{channel}".',
    action: 'Choose another name, or remove that one first with "hallpass-relay alert remove".',
    meaning: 'Names of channels are unique within a district, and among those of the relay.',
  },
  ALERT_CHANNEL_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no alert channel "{channel}".{hint}',
    action: 'List the channels with "hallpass-relay alert list", with the district if it belongs to one.',
    meaning: 'Commands name a channel by its name or id. A district does not see the channels of the relay.',
  },
  ALERT_CHANNELS_TOO_MANY: {
    retry: 'fix',
    sentence: 'There are {most} alert channels already.',
    action: 'Remove one that nobody needs anymore with "hallpass-relay alert remove".',
    meaning: 'A district, and the relay, can have so many. One message reaches several addresses.',
  },
  ALERT_TARGET_INVALID: {
    retry: 'fix',
    sentence: 'The alert channel cannot be used: {reason}.',
    action: 'Correct the address and add the channel again; nothing was stored.',
    meaning:
      'A webhook and a heartbeat need an address with https://; a mail server needs a host, a sender and recipients. A password is sent only over TLS.',
  },
  ALERT_TARGET_PRIVATE: {
    retry: 'fix',
    sentence: '{host} leads to {address}, which is not an address of the internet.',
    action:
      'If it is meant, have the operator allow this host: "hallpass-relay configure --alert-private-host {host}", and restart the relay.',
    meaning:
      'Whoever may add channels must not reach servers in the network of the relay. The address is looked at each time something is sent.',
  },
  ALERT_NOT_DELIVERED: {
    retry: 'retry',
    sentence: 'The alert channel "{channel}" did not take the message: {reason}.',
    action: 'Check the address and the server there. The relay tries again by itself, for three days.',
    meaning:
      'The server was not reached, refused the message, or answered a webhook with something other than 2xx. Redirections are not followed. A test is not repeated.',
  },
  PART_SILENT: {
    retry: 'retry',
    sentence: 'Something is wrong that nobody may have been told: {parts}.',
    action: 'Look with "hallpass-relay alert list" and "hallpass-relay fleet", and read the log of the relay.',
    meaning:
      '/pulse answers so when nobody has looked for alerts or sent them for five minutes, or when an alert has reached nobody for 15 minutes, because no channel is for it or none delivers.',
  },
} as const satisfies Record<string, Entry>;
