/**
 * The limit of driver and wire: a server that parses nothing but the command's name and answers bytes
 * that were recorded from a real server for that command.
 */
import { createServer } from 'node:net';

const replies = new Map(Object.entries(JSON.parse(process.env.REPLIES)).map(([name, base64]) => [name, Buffer.from(base64, 'base64')]));

const server = createServer({ noDelay: true }, (socket) => {
  let received = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    received = received.length > 0 ? Buffer.concat([received, chunk]) : chunk;
    while (received.length >= 16 && received.length >= received.readInt32LE(0)) {
      const length = received.readInt32LE(0);
      const legacy = received.readInt32LE(12) === 2004;
      const name = legacy ? 'hello' : received.toString('latin1', 26, received.indexOf(0, 26));
      const body = replies.get(name) ?? replies.get('ping');
      const head = Buffer.alloc(legacy ? 36 : 21);
      head.writeInt32LE(head.length + body.length, 0);
      head.writeInt32LE(received.readInt32LE(4), 8);
      head.writeInt32LE(legacy ? 1 : 2013, 12);
      if (legacy) head.writeInt32LE(1, 32);
      socket.write(Buffer.concat([head, body]));
      received = received.subarray(length);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send({ uri: `mongodb://127.0.0.1:${server.address().port}/bench?directConnection=true` }));
