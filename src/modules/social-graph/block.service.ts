/** Who has blocked whom. Neither of the two sees anything of the other's; to the blocked it looks as though the account were gone. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { hiddenAuthorsTopic, type Change, type Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import type { ExternalKey } from '../../relay/find-one.js';
import type { ClientSession } from '../../store/database.js';
import { findStored } from '../../store/documents.js';
import { mayIdentify, type PublicUser, type UserVerbs } from '../user/index.js';
import type { BlockDocument, SocialGraphModels } from './social-graph.model.js';

/** How many blocks of a user, and as many of others against them, lists and live streams follow; what they do asks for the very pair. */
const maxBlocks = 1000;

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
    batch: (viewers) => Promise.all(viewers.map((viewer) => this.separatedFrom(viewer))),
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
    if (blocker.equals(blocked)) throw broken('NOT_ALLOWED', 'You can’t block yourself.', 'userId');
    if (!(await users.knows(blocked))) throw noUser();
    await realtime.recordChange(blockKey(blocker), async (change) => {
      const { session } = change;
      if (await this.hasBlocked(blocked, blocker, session)) throw noUser();
      await this.models.blocks.updateOne({ blocker, blocked }, { $setOnInsert: { at: new Date() } }, { upsert: true, session });
      await alsoEnd(change);
      announceBlock(change, blocker, blocked);
    });
  }

  async unblock(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<void> {
    await this.dependencies.realtime.recordChange(blockKey(blocker), async (change) => {
      await this.models.blocks.deleteOne({ blocker, blocked }, { session: change.session });
      announceBlock(change, blocker, blocked);
    });
  }

  /** Whom a user has blocked and by whom they are blocked, the latest of both. */
  private async separatedFrom(user: Types.ObjectId): Promise<Types.ObjectId[]> {
    const latest = (filter: Record<string, unknown>) =>
      findStored<BlockDocument>(this.models.blocks, filter, { sort: { at: -1, _id: -1 }, limit: maxBlocks });
    const [own, others] = await Promise.all([latest({ blocker: user }), latest({ blocked: user })]);
    return [...own.map(({ blocked }) => blocked), ...others.map(({ blocker }) => blocker)];
  }

  /** The same as a set, for live streams. */
  async hiddenAuthorsOf(user: Types.ObjectId): Promise<ReadonlySet<string>> {
    return new Set((await this.separatedFrom(user)).map((id) => id.toHexString()));
  }

  private async hasBlocked(blocker: Types.ObjectId, blocked: Types.ObjectId, session: ClientSession | null): Promise<boolean> {
    return (await this.models.blocks.exists({ blocker, blocked }).session(session)) !== null;
  }

  /** Whether one of two users has blocked the other. */
  async isSeparated(left: Types.ObjectId, right: Types.ObjectId, session: ClientSession | null = null): Promise<boolean> {
    const pair = { $in: [left, right] };
    return (await this.models.blocks.exists({ blocker: pair, blocked: pair }).session(session)) !== null;
  }

  /** Which of these users have blocked somebody, or are blocked by them. */
  async separatedAmong(users: Types.ObjectId[], from: Types.ObjectId, session: ClientSession | null = null): Promise<ReadonlySet<string>> {
    const { blocks } = this.models;
    const blockers = await blocks
      .find({ blocker: { $in: users }, blocked: from })
      .session(session)
      .lean();
    const blocked = await blocks
      .find({ blocker: from, blocked: { $in: users } })
      .session(session)
      .lean();
    return new Set([...blockers.map(({ blocker }) => blocker.toHexString()), ...blocked.map((block) => block.blocked.toHexString())]);
  }

  /**
   * The door of everything that one user does with what another wrote: votes, reactions, replies, reports. What it does
   * not let through is answered as though it did not exist.
   */
  async maySee(viewer: Types.ObjectId, { author, hidden }: Hideable, session: ClientSession | null = null): Promise<boolean> {
    if (author.equals(viewer)) return true;
    return !hidden && !(await this.isSeparated(viewer, author, session));
  }

  /** The same for what the viewer of a request reads; what is hidden is not read by its author either. */
  async showsTo(context: RequestContext, { author, hidden }: Hideable): Promise<boolean> {
    return !hidden && !(await this.isHiddenFrom(context, author));
  }

  /** Whose content the viewer of a request does not see. */
  async hiddenFrom(context: RequestContext): Promise<Types.ObjectId[]> {
    const viewer = context.viewerWithBlocks;
    return viewer ? context.require(this.blocksOfViewer, viewer.userId) : [];
  }

  /** Whether the viewer of a request sees nothing of an author. */
  async isHiddenFrom(context: RequestContext, author: Types.ObjectId): Promise<boolean> {
    return (await this.hiddenFrom(context)).some((hidden) => hidden.equals(author));
  }

  /** A user as the viewer may see them; null where they are gone, or there is a block between the two. */
  async visibleUser(id: Types.ObjectId, context: RequestContext): Promise<PublicUser | null> {
    return (await this.isHiddenFrom(context, id)) ? null : context.load(this.dependencies.users.userById, id);
  }

  /** The same, but whoever blocked them still sees their profile, where it can be taken back. */
  async profile(id: Types.ObjectId, context: RequestContext): Promise<PublicUser | null> {
    const viewer = context.signedIn?.userId;
    const isGone = viewer && (await this.isHiddenFrom(context, id)) && !(await this.hasBlocked(viewer, id, null));
    return isGone ? null : context.load(this.dependencies.users.userById, id);
  }

  /** The same by what another system calls the user, for those who may know that. */
  async profileByExternalId(key: ExternalKey, context: RequestContext): Promise<PublicUser | null> {
    if (!context.actorWith('users:read', 'users:write')) return null;
    const found = await context.load(this.dependencies.users.userByExternalId, key);
    return found && mayIdentify(context, found._id) ? this.profile(found._id, context) : null;
  }
}

/** Something that a user wrote, and whether moderation keeps it out of sight. */
export interface Hideable {
  author: Types.ObjectId;
  hidden: boolean;
}

export const noUser = () => broken('NOT_FOUND', 'There is no such user.', 'userId');

function announceBlock({ announce }: Change, blocker: Types.ObjectId, blocked: Types.ObjectId): void {
  announce(hiddenAuthorsTopic(blocker));
  announce(hiddenAuthorsTopic(blocked));
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
