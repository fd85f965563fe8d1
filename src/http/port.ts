/** The port that the API listens on, and what to say where it cannot have it. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { OperatorError } from '../operator-error.js';

export interface ListenAddress {
  host: string;
  port: number;
}

/**
 * Fails before anything else is done if the port cannot be had.
 * @throws OperatorError PORT_TAKEN, PORT_FORBIDDEN or HOST_UNKNOWN
 */
export async function requirePort(address: ListenAddress): Promise<void> {
  const server = createServer();
  await withPort(address, async () => {
    server.listen(address);
    await once(server, 'listening');
  });
  server.close();
  await once(server, 'close');
}

/** Runs what listens. @throws OperatorError PORT_TAKEN, PORT_FORBIDDEN or HOST_UNKNOWN */
export async function withPort<Result>({ host, port }: ListenAddress, listen: () => Promise<Result>): Promise<Result> {
  try {
    return await listen();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const refused = (reason: string, sentence: string): OperatorError => new OperatorError(reason, sentence, { cause: error });
    if (code === 'EADDRINUSE')
      throw refused('PORT_TAKEN', `Port ${port} is already in use: stop the program that uses it, or set PORT to another.`);
    if (code === 'EACCES')
      throw refused('PORT_FORBIDDEN', `Port ${port} needs more rights than this user has: set PORT to one above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw refused('HOST_UNKNOWN', `HOST is "${host}", which is no address of this machine.`);
    throw error;
  }
}
