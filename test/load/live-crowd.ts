/** Subscribers of one thing in a process of their own: counts what they get, and how late some of them get it. */
import WebSocket from 'ws';

export interface CrowdInput {
  url: string;
  count: number;
  query: string;
  variables: object;
}

/** Subscribers of a channel of Centrifugo. */
export interface ChannelCrowdInput {
  url: string;
  count: number;
  channel: string;
}

export interface CrowdReport {
  received: number;
  /** Milliseconds from writing to receiving, of one subscriber in twenty-five. */
  lags: number[];
}

const sampled = 25;
const report: CrowdReport = { received: 0, lags: [] };

function subscribe({ url, query, variables }: CrowdInput, at: number): Promise<void> {
  const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } });
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => {
      if (data.length >= 60) return count(data, at);
      socket.send(subscribe);
      resolve();
    });
  });
}

function subscribeToChannel({ url, channel }: ChannelCrowdInput, at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/connection/websocket`, { perMessageDeflate: false });
    socket.on('error', reject);
    socket.on('open', () => socket.send(`{"id":1,"connect":{}}\n${JSON.stringify({ id: 2, subscribe: { channel } })}`));
    socket.on('message', (data: Buffer) => {
      // A frame has a line for each of its messages.
      for (let from = 0, end: number; from < data.length; from = end + 1) {
        end = data.indexOf('\n', from);
        if (end < 0) end = data.length;
        const message = data.subarray(from, end);
        if (message.indexOf('{"push"') === 0) count(message, at);
        else if (message.length === 2) socket.send('{}');
        else if (message.includes('"error"')) reject(new Error(message.toString()));
        else if (message.includes('"subscribe"')) resolve();
      }
    });
  });
}

function count(event: Buffer, at: number): void {
  report.received++;
  if (at % sampled > 0) return;
  const sentAt = /written at (\d+)/.exec(event.toString());
  if (sentAt) report.lags.push(Date.now() - Number(sentAt[1]));
}

process.on('message', (message: CrowdInput | ChannelCrowdInput | 'report' | 'leave') => {
  if (message === 'leave') process.exit();
  if (message === 'report') return void process.send!(report);
  void joinAll(message);
});

async function joinAll(input: CrowdInput | ChannelCrowdInput): Promise<void> {
  const join = (at: number): Promise<void> => ('channel' in input ? subscribeToChannel(input, at) : subscribe(input, at));
  for (let from = 0; from < input.count; from += 200)
    await Promise.all(Array.from({ length: Math.min(200, input.count - from) }, (_, at) => join(from + at)));
  setTimeout(() => process.send!('joined'), 500 + input.count / 5);
}
