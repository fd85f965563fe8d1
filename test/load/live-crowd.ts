/** Subscribers of one thing in a process of their own: counts what they get, and how late some of them get it. */
import WebSocket from 'ws';

export interface CrowdInput {
  url: string;
  count: number;
  query: string;
  variables: object;
}

export interface CrowdReport {
  received: number;
  /** Milliseconds from writing to receiving, of one subscriber in twenty-five. */
  lags: number[];
}

const sampled = 25;
const report: CrowdReport = { received: 0, lags: [] };

function join({ url, query, variables }: CrowdInput, at: number): Promise<void> {
  const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } });
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => {
      if (data.length < 60) {
        socket.send(subscribe);
        return resolve();
      }
      report.received++;
      if (at % sampled > 0) return;
      const sentAt = /written at (\d+)/.exec(data.toString());
      if (sentAt) report.lags.push(Date.now() - Number(sentAt[1]));
    });
  });
}

process.on('message', (message: CrowdInput | 'report' | 'leave') => {
  if (message === 'leave') process.exit();
  if (message === 'report') return void process.send!(report);
  void joinAll(message);
});

async function joinAll(input: CrowdInput): Promise<void> {
  for (let from = 0; from < input.count; from += 200)
    await Promise.all(Array.from({ length: Math.min(200, input.count - from) }, (_, at) => join(input, from + at)));
  setTimeout(() => process.send!('joined'), 500 + input.count / 5);
}
