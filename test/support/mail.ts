/** Reading mail as it arrives, and a mail server that takes it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReadMail {
  to: string;
  subject: string;
  text: string;
  /** What the mail's link carries. */
  token: string | undefined;
}

export function readMail(message: string): ReadMail {
  const unfolded = message.replaceAll('\r\n', '\n').replace(/\n (?==\?)/g, '');
  const plain = decodedBodies(decodedHeaders(unfolded)).replace(/=\n/g, '').replace(/=3D/g, '=');
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(plain)?.[1] ?? '';
  return {
    to: header('To').replace(/[<>]/g, ''),
    subject: header('Subject'),
    text: plain,
    token: /(?:confirm-email|reset-password)=([\w-]{43})/.exec(plain)?.[1],
  };
}

/** Headers beyond ASCII, as RFC 2047 writes them. */
function decodedHeaders(message: string): string {
  return message.replace(/(?:=\?UTF-8\?[BQ]\?[^?\n]*\?=)+/gi, (words) => {
    const bytes = [...words.matchAll(/=\?UTF-8\?([BQ])\?([^?\n]*)\?=/gi)].map(([, kind, text]) =>
      kind!.toUpperCase() === 'B' ? Buffer.from(text!, 'base64') : Buffer.from(unquoted(text!.replaceAll('_', ' ')), 'latin1'),
    );
    return Buffer.concat(bytes).toString();
  });
}

const unquoted = (text: string): string =>
  text.replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Bodies that are mostly beyond ASCII come as Base64. */
function decodedBodies(message: string): string {
  return message.replace(/(Content-Transfer-Encoding: base64\n(?:[^\n]+\n)*\n)([\w+/=\n]+)/gi, (_, headers: string, body: string) => {
    return headers + Buffer.from(body, 'base64').toString();
  });
}

/** A mail server on a free port of this machine. */
export class TestMailServer {
  readonly received: ReadMail[] = [];
  /** How many mails are refused before one is taken. */
  refusals = 0;
  /** What is looked at while a client sends: after the envelope, and with the message. */
  onStage: (stage: 'envelope' | 'data') => Promise<void> = async () => {};
  /** How many clients are handing a mail over just now. */
  clients = 0;
  private server: SMTPServer | null = null;
  port = 0;

  async start(): Promise<void> {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      closeTimeout: 200,
      onRcptTo: (_address, _session, callback) => void this.onStage('envelope').then(() => callback(), callback),
      onConnect: (_session, callback) => {
        this.clients++;
        callback();
      },
      onClose: () => void this.clients--,
      onData: (stream, _session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (this.refusals-- > 0) return callback(new Error('try again later'));
          void this.onStage('data').then(() => {
            this.received.push(readMail(Buffer.concat(chunks).toString()));
            callback();
          }, callback);
        });
      },
    });
    const { server } = this.server;
    this.server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
