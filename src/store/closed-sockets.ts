/**
 * A mend of the MongoDB driver. It waits for a socket to drain that closes without an error just before it is written to, and
 * neither error nor timeout ever ends that. Where it is the monitor that waits, as happens when many connections are cut at once,
 * the process never finds its store again. With this, what is written to a socket fails when the socket closes.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import mongoose from 'mongoose';

interface DriverConnection {
  socket: Socket;
  writeCommand(command: unknown, options: unknown): Promise<void>;
}

const mended = new WeakSet<object>();

/** The driver's class of connections, of the driver that Mongoose uses. */
export function driverConnections(): { prototype: DriverConnection; new (socket: Socket, options: object): DriverConnection } {
  const ofMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));
  const { Connection } = ofMongoose('mongodb/lib/cmap/connection.js') as { Connection: ReturnType<typeof driverConnections> };
  return Connection;
}

/** Doing it again changes nothing. */
export function endWritesWithTheirSocket(): void {
  const { prototype } = driverConnections();
  if (mended.has(prototype)) return;
  mended.add(prototype);
  // It is called with its connection below.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { writeCommand } = prototype;
  prototype.writeCommand = function (this: DriverConnection, command, options) {
    const { socket } = this;
    return new Promise<void>((resolve, reject) => {
      const onClose = (): void => reject(new mongoose.mongo.MongoNetworkError('The connection was closed before it was written to.'));
      socket.once('close', onClose);
      writeCommand
        .call(this, command, options)
        .finally(() => socket.off('close', onClose))
        .then(resolve, reject);
    });
  };
}
