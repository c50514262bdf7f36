/** The address of a PostgreSQL database: everything but the password, which stands in a file. */
import { readFile } from 'node:fs/promises';
import { fail, reasonOf } from '../../../../shared/errors.ts';

export interface PostgresAddress {
  /** For people and logs. */
  name: string;
  /** For the driver; without our own parameters. */
  connectionString: string;
  /** Read for every new connection, so that a rotated password is used; without one, the server's own rules decide. */
  password: (() => Promise<string>) | undefined;
  /** Connections of one thread. */
  connections: number;
}

const defaultConnections = 8;

/**
 * `postgres://USER@HOST:PORT/DATABASE`, with the driver's parameters (`sslmode`, `sslrootcert` …) and our own: `passwordfile`, and
 * `connections` of each thread.
 *
 * @throws HallpassError STORE_ADDRESS_INVALID
 */
export async function readPostgresAddress(address: string): Promise<PostgresAddress> {
  const refuse = (reason: string) => fail('STORE_ADDRESS_INVALID', { reason });
  if (!URL.canParse(address) || !/^postgres(ql)?:$/.test(new URL(address).protocol))
    throw refuse('it is not of the form postgres://USER@HOST:PORT/DATABASE');
  const url = new URL(address);
  if (url.password !== '' || url.searchParams.has('password')) {
    throw refuse('it contains a password; write it to a file and name that with ?passwordfile=/path/of/file');
  }
  if (url.hostname === '' && !url.searchParams.has('host')) throw refuse('it names no server');
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') throw refuse('it names no database');
  const file = url.searchParams.get('passwordfile');
  const connections = Number(url.searchParams.get('connections') ?? defaultConnections);
  if (!Number.isInteger(connections) || connections < 2 || connections > 100) {
    throw refuse('connections must be a number from 2 to 100');
  }
  // The driver would say of a missing file only that it cannot connect.
  if (file !== null) await passwordIn(file);
  url.searchParams.delete('passwordfile');
  url.searchParams.delete('connections');
  return {
    name: `${database} on ${url.host === '' ? url.searchParams.get('host') : url.host}`,
    connectionString: url.href,
    password: file === null ? undefined : () => passwordIn(file),
    connections,
  };
}

async function passwordIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw fail('STORE_ADDRESS_INVALID', { reason: `its password file cannot be read: ${reasonOf(error)}` });
  }
}
