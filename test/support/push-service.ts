/** A push service and a browser behind it, on a free port of this machine: it checks who sends (VAPID), and opens what was sent. */
import { createDecipheriv, createECDH, createHmac, hkdfSync, randomBytes, type ECDH } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importJWK, jwtVerify } from 'jose';
import { until } from './until.js';

export interface PushMessage {
  path: string;
  headers: Record<string, string>;
  /** Whom the message says it is from. */
  subject: string;
  payload: { id: string; tag: string; kind: string; title: string; body: string; url: string };
}

type Answer = (message: PushMessage, response: ServerResponse) => void;

/** A browser's half of a subscription. */
export class Browser {
  private readonly pair: ECDH = createECDH('prime256v1');
  private readonly secret = randomBytes(16);

  constructor(
    private readonly service: PushService,
    readonly path: string,
  ) {
    this.pair.generateKeys();
  }

  /** As `PushSubscription.toJSON()` has it. */
  get subscription() {
    const keys = { p256dh: this.pair.getPublicKey('base64url' as never), auth: this.secret.toString('base64url') };
    return { endpoint: `${this.service.url}${this.path}`, keys };
  }

  /** Opens a message that was encrypted for this browser (RFC 8291, RFC 8188). @throws Error for any other */
  open(body: Buffer): string {
    const [salt, size] = [body.subarray(0, 16), body.readUInt8(20)];
    const [sender, sealed] = [body.subarray(21, 21 + size), body.subarray(21 + size)];
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.pair.getPublicKey(), sender]);
    const material = Buffer.from(hkdfSync('sha256', this.pair.computeSecret(sender), this.secret, info, 32));
    const extracted = createHmac('sha256', salt).update(material).digest();
    const part = (name: string, length: number): Buffer =>
      createHmac('sha256', extracted)
        .update(`Content-Encoding: ${name}\0`)
        .update(Buffer.from([1]))
        .digest()
        .subarray(0, length);
    const decipher = createDecipheriv('aes-128-gcm', part('aes128gcm', 16), part('nonce', 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return padded.subarray(0, padded.lastIndexOf(2)).toString();
  }
}

export class PushService {
  readonly received: PushMessage[] = [];
  /** What was wrong with messages that were not taken. */
  readonly refused: unknown[] = [];
  answer: Answer = (_message, response) => void response.writeHead(201).end();
  private readonly browsers = new Map<string, Browser>();
  private server: Server | null = null;
  private port = 0;

  /** @param publicKey the shop's */
  constructor(private readonly publicKey: () => string) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.take(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    server?.closeAllConnections();
    await new Promise((done) => server?.close(done) ?? done(null));
  }

  browser(): Browser {
    const browser = new Browser(this, `/push/${this.browsers.size}-${randomBytes(4).toString('hex')}`);
    this.browsers.set(browser.path, browser);
    return browser;
  }

  to({ path }: Browser): PushMessage[] {
    return this.received.filter((message) => message.path === path);
  }

  async next(browser: Browser, count = 1): Promise<PushMessage> {
    await until(() => this.to(browser).length >= count);
    return this.to(browser)[count - 1]!;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const message = await this.opened(request, Buffer.concat(chunks));
      this.received.push(message);
      this.answer(message, response);
    } catch (error) {
      this.refused.push(error);
      response.writeHead(403).end();
    }
  }

  private async opened({ url: path = '', headers }: IncomingMessage, body: Buffer): Promise<PushMessage> {
    const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    if (key !== this.publicKey()) throw new Error(`another key: ${key}`);
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
    const { payload } = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x: x!, y: y! }, 'ES256'), { audience: this.url });
    if (headers['content-encoding'] !== 'aes128gcm' || !(Number(headers['ttl']) >= 0)) throw new Error('headers are missing');
    const opened = JSON.parse(this.browsers.get(path)!.open(body)) as PushMessage['payload'];
    return { path, headers: headers as Record<string, string>, subject: String(payload.sub), payload: opened };
  }
}
