/** Keeps the latest feed as a file, so that it is made once for all who ask, and can say whether it has changed. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openOnce } from '../open-once.js';

export interface Feed {
  etag: string;
  open: () => Readable;
}

/** Milliseconds after one was made. Whoever asks oftener gets the same again: making a feed reads every review. */
const minInterval = 60_000;

export class FeedFile {
  private readonly directory = openOnce(() => mkdtemp(join(tmpdir(), 'plaza-feed-')));
  /** Being made, however long that takes: there is one file to write to. */
  private latest: { madeAt: number | null; feed: Promise<Feed> } | null = null;

  constructor(private readonly make: () => AsyncIterable<string>) {}

  current(): Promise<Feed> {
    if (this.latest && Date.now() - (this.latest.madeAt ?? Date.now()) < minInterval) return this.latest.feed;
    const latest = { madeAt: null as number | null, feed: this.write() };
    this.latest = latest;
    latest.feed.then(
      () => (latest.madeAt = Date.now()),
      () => (this.latest = null),
    );
    return latest.feed;
  }

  private async write(): Promise<Feed> {
    const directory = await this.directory.current();
    const [path, fresh] = [join(directory, 'feed.xml'), join(directory, 'feed.new')];
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
    const directory = await this.directory.latest()?.catch(() => null);
    if (directory) await rm(directory, { recursive: true, force: true });
  }
}
