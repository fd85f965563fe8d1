/** Keeps a Gorse up to date with the shop: what changed since the last time, in batches that may be sent twice. */
import type { Types } from 'mongoose';
import type { Logger } from '../../../log.js';
import { openOnce } from '../../../open-once.js';
import type { ClientSession } from '../../../store/database.js';
import { Worker, type ChangedDocuments } from '../../../workers/index.js';
import type { BehaviourVerbs, InteractionDocument } from '../../behaviour/index.js';
import { isSoldOut, type CatalogVerbs, type ProductDocument } from '../../catalog/index.js';
import type { PersonalData } from '../../personal-data.js';
import type { UserVerbs } from '../../user/index.js';
import { termsOf } from '../training/training-data.js';
import type { GorseClient, GorseFeedback, GorseItem } from './gorse.client.js';
import type { GorseCursorDocument, GorseModels } from './gorse.model.js';

const interval = 5_000;
const maxErasures = 500;
const likedPoints = 3.75 * 60;

interface GorseSyncDependencies {
  gorse: GorseClient;
  models: GorseModels;
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  log: Logger;
}

interface Readers {
  products: ChangedDocuments<ProductDocument>;
  interactions: ChangedDocuments<InteractionDocument>;
}

export class GorseSync {
  readonly worker: Worker;
  private readonly readers = openOnce(() => this.openReaders());

  constructor(private readonly dependencies: GorseSyncDependencies) {
    const { log } = dependencies;
    this.worker = new Worker({ name: 'gorse', interval, log, run: (signal) => this.run(signal) });
  }

  /** What an erasure leaves to do here. */
  get personalData(): PersonalData {
    return {
      name: 'gorse',
      collect: async () => [],
      erase: ({ session, user }) => this.remember(session, user),
    };
  }

  private async remember(session: ClientSession, user: Types.ObjectId): Promise<number> {
    await this.dependencies.models.forgotten.updateOne({ _id: user }, { $setOnInsert: { at: new Date() } }, { upsert: true, session });
    return 0;
  }

  private async run(signal: AbortSignal): Promise<void> {
    await this.sendErasures();
    const readers = await this.readers.current();
    await this.sendChanges('products', readers.products, signal, (batch) => this.sendProducts(batch));
    await this.sendChanges('interactions', readers.interactions, signal, (batch) => this.sendInteractions(batch));
  }

  private async openReaders(): Promise<Readers> {
    const { catalog, behaviour, models } = this.dependencies;
    const cursors = await models.cursors.find().lean();
    const from = (name: GorseCursorDocument['_id']): Date | null => cursors.find(({ _id }) => _id === name)?.at ?? null;
    return { products: catalog.changedProducts(from('products')), interactions: behaviour.changedInteractions(from('interactions')) };
  }

  private async sendErasures(): Promise<void> {
    const { models, gorse } = this.dependencies;
    for (const { _id } of await models.forgotten.find().limit(maxErasures).lean()) {
      await gorse.deleteUser(_id.toHexString());
      await models.forgotten.deleteOne({ _id });
    }
  }

  private async sendChanges<Document extends ProductDocument | InteractionDocument>(
    name: GorseCursorDocument['_id'],
    changes: ChangedDocuments<Document>,
    signal: AbortSignal,
    send: (batch: Document[]) => Promise<unknown>,
  ): Promise<void> {
    let sent = false;
    for await (const batch of changes.read()) {
      if (signal.aborted) return;
      await send(batch);
      sent = true;
    }
    if (sent) await this.dependencies.models.cursors.updateOne({ _id: name }, { $set: { at: changes.position } }, { upsert: true });
  }

  private sendProducts(batch: ProductDocument[]): Promise<unknown> {
    return this.dependencies.gorse.putItems(batch.map(itemOf));
  }

  private async sendInteractions(batch: InteractionDocument[]): Promise<void> {
    const { behaviour, gorse } = this.dependencies;
    const mayBeUsed = await behaviour.personalisedUsers();
    const allowed = batch.filter(({ user }) => mayBeUsed(user));
    if (allowed.length === 0) return;
    await gorse.putUsers([...new Set(allowed.map(({ user }) => user.toHexString()))]);
    await gorse.putFeedback(allowed.flatMap(feedbackOf));
  }
}

function itemOf(product: ProductDocument): GorseItem {
  return {
    ItemId: product._id.toHexString(),
    Categories: [product.category.toHexString()],
    Labels: [...new Set(termsOf(product, ''))],
    Timestamp: product.createdAt.toISOString(),
    IsHidden: isSoldOut(product) || product.archivedAt !== null,
  };
}

/** Gorse counts kinds of feedback: liking, and having had to do with. */
function feedbackOf({ user, product, points, purchases, lastAt }: InteractionDocument): GorseFeedback[] {
  const feedback = { UserId: user.toHexString(), ItemId: product.toHexString(), Timestamp: lastAt.toISOString() };
  const liked = points === null ? purchases > 0 : points >= likedPoints;
  return liked
    ? [
        { ...feedback, FeedbackType: 'like' },
        { ...feedback, FeedbackType: 'read' },
      ]
    : [{ ...feedback, FeedbackType: 'read' }];
}
