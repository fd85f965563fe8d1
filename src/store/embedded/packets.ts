/** Messages between threads: those of one moment go together, for waking a thread takes longer than most of what it is asked. */

/** Messages one after the other, each of which begins with its length, and what they are known by. */
export interface Packet {
  ids: number[];
  bytes: Uint8Array<ArrayBuffer>;
}

export interface Addressed {
  id: number;
  message: Buffer;
}

export function pack(messages: readonly Addressed[]): Packet {
  const bytes = new Uint8Array(messages.reduce((sum, { message }) => sum + message.length, 0));
  let at = 0;
  for (const { message } of messages) {
    bytes.set(message, at);
    at += message.length;
  }
  return { ids: messages.map(({ id }) => id), bytes };
}

export function unpack({ ids, bytes }: Packet): Addressed[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return ids.map((id) => {
    const start = at;
    at += buffer.readInt32LE(at);
    return { id, message: buffer.subarray(start, at) };
  });
}

/** Gathers messages until the time comes to send them. */
export class Outbox {
  private messages: Addressed[] = [];

  /**
   * @param schedule calls its argument soon
   * @param send takes the messages that have been put in until then
   */
  constructor(
    private readonly schedule: (work: () => void) => void,
    private readonly send: (messages: Addressed[]) => void,
  ) {}

  put(message: Addressed): void {
    if (this.messages.push(message) === 1) this.schedule(() => this.flush());
  }

  /** Forgets what is not sent yet. */
  clear(): void {
    this.messages = [];
  }

  private flush(): void {
    const messages = this.messages;
    this.messages = [];
    if (messages.length > 0) this.send(messages);
  }
}
