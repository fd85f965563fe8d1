/** Variants of images that were made, as files of this machine: the ones used last, up to a number of bytes. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { openOnce } from '../open-once.js';
import { namesIn } from './storage.js';

/** Milliseconds after which nobody is still writing a file. */
const abandonedAfter = 60_000;

export class VariantCache {
  private readonly sizes: LRUCache<string, number>;
  private readonly making = new Map<string, Promise<Buffer>>();
  private readonly opened = openOnce(() => this.open());

  /** @param directory made when the first variant comes */
  constructor(
    private readonly directory: string,
    maxBytes: number,
  ) {
    this.sizes = new LRUCache<string, number>({
      maxSize: maxBytes,
      sizeCalculation: (size) => Math.max(1, size),
      dispose: (_size, name, reason) => {
        if (reason !== 'set') void rm(join(directory, name), { force: true }).catch(() => {});
      },
    });
  }

  /** The variant of an image; several who ask for it at once have it made once. Where nothing can be kept, it is made each time. */
  async get(image: string, variant: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const isOpen = await this.opened.current().then(
      () => true,
      () => false,
    );
    const name = `${image}-${variant}`;
    const cached = this.sizes.get(name) === undefined ? null : await readFile(join(this.directory, name)).catch(() => null);
    if (cached) return cached;
    let making = this.making.get(name);
    if (!making) {
      making = (isOpen ? this.make(name, make) : make()).finally(() => this.making.delete(name));
      this.making.set(name, making);
    }
    return making;
  }

  /** The images that have variants here. */
  async images(): Promise<Set<string>> {
    await this.opened.current();
    return new Set([...this.sizes.keys()].map((name) => name.slice(0, name.indexOf('-'))));
  }

  /** Removes every variant of the images. */
  async forget(images: ReadonlySet<string>): Promise<void> {
    for (const name of [...this.sizes.keys()]) {
      if (!images.has(name.slice(0, name.indexOf('-')))) continue;
      this.sizes.delete(name);
      await rm(join(this.directory, name), { force: true });
    }
  }

  private async make(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const bytes = await make();
    await this.keep(name, bytes).catch(() => {});
    return bytes;
  }

  private async keep(name: string, bytes: Buffer): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const partial = join(this.directory, `${name}.${randomBytes(6).toString('hex')}.part`);
    await writeFile(partial, bytes, { mode: 0o600 });
    await rename(partial, join(this.directory, name));
    this.sizes.set(name, bytes.length);
  }

  /** Takes over what an earlier process left. Another may be writing beside this one. */
  private async open(): Promise<void> {
    for (const name of await namesIn(this.directory)) {
      const path = join(this.directory, name);
      const found = await stat(path).catch(() => null);
      if (!found) continue;
      if (!name.endsWith('.part')) this.sizes.set(name, found.size);
      else if (Date.now() - found.mtimeMs > abandonedAfter) await rm(path, { force: true });
    }
  }
}
