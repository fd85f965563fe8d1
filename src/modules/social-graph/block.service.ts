/** Who has blocked whom, and so sees nothing of theirs. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { hiddenAuthorsTopic, type Change, type Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import type { UserVerbs } from '../user/index.js';
import type { SocialGraphModels } from './social-graph.model.js';

const maxBlocked = 1000;

const blockKey = (blocker: Types.ObjectId): string[] => [`blocks:${blocker.toHexString()}`];

interface BlockDependencies {
  models: SocialGraphModels;
  realtime: Realtime;
  users: UserVerbs;
}

export class BlockService {
  private readonly models: SocialGraphModels;

  /** A request reads the viewer's blocks once, however many authors it asks about. */
  private readonly blocksOfViewer: LoaderDefinition<Types.ObjectId, Types.ObjectId[]> = {
    cacheKey: (viewer) => viewer.toHexString(),
    batch: (viewers) => Promise.all(viewers.map((viewer) => this.blockedBy(viewer))),
  };

  constructor(private readonly dependencies: BlockDependencies) {
    this.models = dependencies.models;
  }

  /**
   * Blocking twice is blocking once.
   * @param alsoEnd what else ends, in the same transaction
   * @throws RulesBroken
   */
  async block(blocker: Types.ObjectId, blocked: Types.ObjectId, alsoEnd: (change: Change) => Promise<void>): Promise<void> {
    const { realtime, users } = this.dependencies;
    if (blocker.equals(blocked)) throw broken('NOT_ALLOWED', 'You cannot block yourself.', 'userId');
    if (!(await users.knows(blocked))) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
    await realtime.recordChange(blockKey(blocker), async (change) => {
      const { session, announce } = change;
      await this.models.blocks.updateOne({ blocker, blocked }, { $setOnInsert: { at: new Date() } }, { upsert: true, session });
      await alsoEnd(change);
      announce(hiddenAuthorsTopic(blocker));
    });
  }

  async unblock(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<void> {
    await this.dependencies.realtime.recordChange(blockKey(blocker), async ({ session, announce }) => {
      await this.models.blocks.deleteOne({ blocker, blocked }, { session });
      announce(hiddenAuthorsTopic(blocker));
    });
  }

  /** Whom a user has blocked, at most a thousand. */
  private async blockedBy(blocker: Types.ObjectId): Promise<Types.ObjectId[]> {
    const blocks = await this.models.blocks.find({ blocker }, { blocked: 1 }).sort({ at: -1, _id: -1 }).limit(maxBlocked).lean();
    return blocks.map(({ blocked }) => blocked);
  }

  /** The same as a set, for live streams. */
  async hiddenAuthorsOf(user: Types.ObjectId): Promise<ReadonlySet<string>> {
    return new Set((await this.blockedBy(user)).map((id) => id.toHexString()));
  }

  /** Whether one of them has blocked the other. */
  async isBlocked(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<boolean> {
    return (await this.models.blocks.exists({ blocker, blocked })) !== null;
  }

  /** Which of these users have blocked somebody. */
  async blockersAmong(users: Types.ObjectId[], blocked: Types.ObjectId): Promise<ReadonlySet<string>> {
    const blocks = await this.models.blocks.find({ blocker: { $in: users }, blocked }, { blocker: 1 }).lean();
    return new Set(blocks.map(({ blocker }) => blocker.toHexString()));
  }

  /** Whose content the viewer of a request does not see. */
  async hiddenFrom(context: RequestContext): Promise<Types.ObjectId[]> {
    return context.signedIn ? context.require(this.blocksOfViewer, context.signedIn.userId) : [];
  }

  /** Whether the viewer of a request has blocked an author, and so sees nothing of theirs. */
  async isHiddenFrom(context: RequestContext, author: Types.ObjectId): Promise<boolean> {
    return (await this.hiddenFrom(context)).some((hidden) => hidden.equals(author));
  }
}

export function blockList(blocker: Types.ObjectId): ListDefinition {
  return {
    name: 'blocked',
    filter: { blocker },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}
