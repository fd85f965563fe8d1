/** How mail leaves: over SMTP, or into a folder where there is no mail server. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Logger } from '../log.js';
import type { Mail } from './mail.js';

export interface MailTransport {
  /**
   * @param id the same for every attempt to send the mail, so that a mail server may tell a repeated one
   * @param signal ends the attempt, and its connection
   * @param onHandOver is waited for before the first byte that makes a server take the mail
   */
  send(mail: Mail, id: string, signal: AbortSignal, onHandOver?: () => Promise<void>): Promise<void>;
  close(): void;
}

const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** @param url `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte */
export function smtpTransport(url: string, from: string): MailTransport {
  const transport = createTransport({ url, pool: true, maxConnections: 4, ...timeouts });
  transport.use('stream', ({ data, message }, done) => {
    const { onHandOver } = data as typeof data & HandedOver;
    if (onHandOver) message.processFunc((input) => Readable.from(afterHandOver(input, onHandOver), { objectMode: false }));
    done();
  });
  return {
    async send(mail, id, signal, onHandOver) {
      const message: SendMailOptions & HandedOver = { ...messageOf(mail, id, from), signal, onHandOver };
      await transport.sendMail(message);
    },
    close: () => transport.close(),
  };
}

interface HandedOver {
  onHandOver?: () => Promise<void>;
}

/** The message's bytes, which are first asked for when the server has agreed to take them. */
async function* afterHandOver(input: Readable, onHandOver: () => Promise<void>): AsyncGenerator<Buffer> {
  await onHandOver();
  yield* input as AsyncIterable<Buffer>;
}

export interface FolderOptions {
  directory: string;
  from: string;
  /** Whether the log shows where a mail leads. Only where nobody else reads it. */
  showLinks: boolean;
}

/** Writes each mail as an `.eml` file that mail programs open, and only the server's owner. */
export function folderTransport({ directory, from, showLinks }: FolderOptions, log: Logger): MailTransport {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail, id, _signal, onHandOver) {
      await onHandOver?.();
      const { message } = await transport.sendMail(messageOf(mail, id, from));
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = join(directory, `${id}.eml`);
      await writeFile(`${path}.part`, message as Buffer, { mode: 0o600 });
      await rename(`${path}.part`, path);
      log.warn({ subject: mail.subject, file: path, ...(showLinks && mail.link && { link: mail.link }) }, 'A mail was written to a file');
    },
    close: () => transport.close(),
  };
}

function messageOf({ to, subject, text, html, headers }: Mail, id: string, from: string) {
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@plaza>`,
    headers: { ...headers, 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
