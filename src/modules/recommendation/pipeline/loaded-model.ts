/** A trained version in memory, ready to answer. */
import { Types } from 'mongoose';
import { Ranker } from '../../../recommender/index.js';
import type { LoadedSnapshot } from '../training/snapshots.js';
import type { SnapshotDocument } from '../training/training.model.js';

export class LoadedModel {
  readonly snapshot: SnapshotDocument;
  readonly ranker: Ranker;
  private readonly productIds: readonly string[];
  private readonly userIds: readonly string[];
  private readonly productNumbers: ReadonlyMap<string, number>;
  private readonly userNumbers: ReadonlyMap<string, number>;

  constructor({ snapshot, content }: LoadedSnapshot) {
    this.snapshot = snapshot;
    this.ranker = new Ranker(content.trained);
    this.productIds = content.productIds;
    this.userIds = content.userIds;
    this.productNumbers = new Map(content.productIds.map((id, number) => [id, number]));
    this.userNumbers = new Map(content.userIds.map((id, number) => [id, number]));
  }

  get version(): string {
    return this.snapshot._id.toHexString();
  }

  /** Undefined for products that are newer than the training. */
  numberOf(product: Types.ObjectId): number | undefined {
    return this.productNumbers.get(product.toHexString());
  }

  /** The numbers of those that the model has. */
  numbersOf(products: readonly Types.ObjectId[]): number[] {
    return products.flatMap((id) => this.numberOf(id) ?? []);
  }

  numbersOfUsers(users: readonly Types.ObjectId[]): number[] {
    return users.flatMap((id) => this.userNumbers.get(id.toHexString()) ?? []);
  }

  productAt(number: number): Types.ObjectId {
    return new Types.ObjectId(this.productIds[number]);
  }

  userAt(number: number): Types.ObjectId {
    return new Types.ObjectId(this.userIds[number]);
  }
}
