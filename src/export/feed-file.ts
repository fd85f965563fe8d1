/** Keeps the latest feed as a file, so that it is made once for all who ask, and can say whether it has changed. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Feed {
  etag: string;
  open: () => Readable;
}

/** Whoever asks oftener gets the same again: making a feed reads every review. */
const minInterval = 60_000;

export class FeedFile {
  private directory: Promise<string> | null = null;
  private latest: { madeAt: number; feed: Promise<Feed> } | null = null;

  constructor(private readonly make: () => AsyncIterable<string>) {}

  current(): Promise<Feed> {
    if (this.latest && Date.now() - this.latest.madeAt < minInterval) return this.latest.feed;
    const feed = this.write();
    this.latest = { madeAt: Date.now(), feed };
    feed.catch(() => (this.latest = null));
    return feed;
  }

  private async write(): Promise<Feed> {
    this.directory ??= mkdtemp(join(tmpdir(), 'plaza-feed-'));
    const [path, fresh] = [join(await this.directory, 'feed.xml'), join(await this.directory, 'feed.new')];
    const hash = createHash('sha256');
    const hashed = async function* (source: AsyncIterable<string>): AsyncGenerator<string> {
      for await (const piece of source) {
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(Readable.from(hashed(this.make())), createWriteStream(fresh));
    await rename(fresh, path);
    return { etag: `"${hash.digest('base64url')}"`, open: () => createReadStream(path) };
  }

  async close(): Promise<void> {
    if (this.directory) await rm(await this.directory, { recursive: true, force: true });
  }
}
