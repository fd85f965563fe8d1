import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from 'lmdb';

const pageSize = 4096;
/** Pages on the way from a table's root to an entry that are written anew with it. */
const depth = 5;

/**
 * What a commit is going to write, at most, and whether the disk takes it. LMDB frees memory twice after a flush that the
 * disk refused (https://github.com/kriszyp/lmdb-js), and the process ends some writes later; so no such flush is begun.
 */
export class DiskSpace {
  private puts = 0;
  private bytes = 0;

  /** @param path of the data file */
  constructor(private readonly path: string) {}

  /** A table whose writes are counted. */
  counted(table: Database<Buffer, Buffer>): Database<Buffer, Buffer> {
    const put = table.putSync.bind<(key: Buffer, value: Buffer) => void>(table);
    const remove = table.removeSync.bind<(key: Buffer) => boolean>(table);
    table.putSync = (key: Buffer, value: Buffer) => {
      this.puts++;
      this.bytes += key.length + value.length;
      put(key, value);
    };
    table.removeSync = (key: Buffer) => {
      this.puts++;
      return remove(key);
    };
    return table;
  }

  /** Called as the last thing of a transaction. @throws Error where the disk has no space for it */
  require(): void {
    const { bavail, bsize, blocks } = statfsSync(dirname(this.path));
    const free = bavail * bsize;
    // Some file systems do not tell.
    if (blocks === 0 || free >= this.needed(Infinity)) return;
    const needed = this.needed(statSync(this.path).size);
    if (free < needed) throw new Error(`No space left on device: ${free} bytes are free, and writing may take ${needed}`);
  }

  /** What there is is written anew once at most, and pages of what is new may be half full. @param size of the data file, in bytes */
  private needed(size: number): number {
    const way = depth * pageSize;
    return Math.min(this.puts * way, size) + 2 * this.bytes + way;
  }

  forget(): void {
    this.puts = 0;
    this.bytes = 0;
  }
}
