/**
 * What Plaza's fan-out is measured against, one a process: `bare` broadcasts bytes over ws, to each client as often as it subscribed; `plain` is
 * graphql-ws with one async iterator per client. A POST makes the event.
 */
import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const kind = process.argv[2];
const event = JSON.parse(process.env.EVENT);
const emitter = new EventEmitter().setMaxListeners(0);
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const { now = 1 } = JSON.parse(body);
    emitter.emit('event', JSON.parse(JSON.stringify(event).replace('written at 1', `written at ${now}`)));
    response.end('{}');
  });
});
const sockets = new WebSocketServer({ server, path: '/graphql', handleProtocols: () => 'graphql-transport-ws' });

if (kind === 'bare') {
  sockets.on('connection', (socket) => {
    socket.subscriptions = 0;
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}');
      else socket.subscriptions++;
    });
  });
  emitter.on('event', (data) => {
    const bytes = JSON.stringify({ id: '1', type: 'next', payload: { data } });
    for (const socket of sockets.clients) for (let sent = 0; sent < socket.subscriptions; sent++) socket.send(bytes);
  });
} else {
  const schema = buildSchema(`
    type Author { handle: String! name: String! }
    type Comment { id: ID! body: String! author: Author! }
    type CommentAdded { cursor: String! comment: Comment! }
    type Query { hello: String }
    type Subscription { commentAdded(subjectId: ID!): CommentAdded! }
  `);
  schema.getSubscriptionType().getFields().commentAdded.subscribe = async function* () {
    for await (const [value] of on(emitter, 'event')) yield value;
  };
  useServer({ schema }, sockets);
}

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ api: `http://127.0.0.1:${server.address().port}/graphql` })));
