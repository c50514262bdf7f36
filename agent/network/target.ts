/** The final destination of a connection, beyond any proxy. */

export interface Target {
  /** A name, or an address without brackets. */
  host: string;
  port: number;
}

/** Host and port of a URL. */
export function targetOf(url: URL): Target {
  const encrypted = url.protocol === 'https:' || url.protocol === 'wss:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (encrypted ? 443 : 80) : Number(url.port),
  };
}
