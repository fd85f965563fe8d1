/** News of the embedded store, by a command of its own: from its memory, with the documents before and after. */
import type { Binary } from 'bson';
import mongoose, { type Connection } from 'mongoose';
import { NotOffered, type Document, type DocumentChange, type News, type NewsSource } from './news.js';

/** How long the store may leave a question for news open, in milliseconds. */
const wait = 250;

interface Reply {
  id: string;
  sequence: number;
  /** Left out where there is more to tell. */
  commits?: number;
  lost: boolean;
  /** Images are null where they are too large to be told. */
  changes: { collection: string; images: { before: Binary | null; after: Binary | null } | null }[];
}

export class EmbeddedNews implements NewsSource {
  private place: { id?: string; sequence?: number } = {};
  private told = -1;

  constructor(private readonly connection: Connection) {}

  async next(): Promise<News> {
    const since = this.place.id === undefined ? {} : { ...this.place, wait, commits: this.told };
    const { id, sequence, commits, lost, changes } = await this.ask(since);
    this.place = { id, sequence };
    this.told = commits ?? this.told;
    return { changes: changes.map(readable), isLost: lost, told: BigInt(this.told), isAll: commits !== undefined };
  }

  async position(): Promise<bigint> {
    const { commits } = await this.ask({});
    return BigInt(commits!);
  }

  /** It has them always. */
  askForImages(): void {}

  reset(): void {
    this.place = {};
    this.told = -1;
  }

  private async ask(question: object): Promise<Reply> {
    try {
      return (await this.connection.db!.command({ plazaChanges: 1, ...question })) as unknown as Reply;
    } catch (error) {
      throw isUnknownCommand(error) ? new NotOffered() : error;
    }
  }
}

/** MongoDB's own server has no such command. */
function isUnknownCommand(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 59;
}

function readable({ collection, images }: Reply['changes'][number]): DocumentChange {
  if (!images) return { collection, images };
  const { before, after } = images;
  return { collection, images: { before: () => before && read(before), after: () => after && read(after) } };
}

function read(bytes: Binary): Document {
  return mongoose.mongo.BSON.deserialize(bytes.buffer);
}
