/** The kinds of content that can be moderated, and users, who are moderated like content. */
import type { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import type { RequestContext } from '../../relay/context.js';
import type { ContentReference } from '../domain-events.js';
import type { ContentKind, ModeratedKind } from '../module.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';

/** What can be reported, decided about and appealed about. */
export type ReportableKind = Pick<ContentKind, 'authorOf' | 'seenBy'>;
type ModeratedContentKind = ContentKind & { moderation: ModeratedKind };

export class ModeratedKinds {
  private readonly kinds: ReadonlyMap<string, ModeratedContentKind>;

  /** @param content every kind of content; those that cannot be moderated are left out */
  constructor(
    content: readonly ContentKind[],
    private readonly users: UserVerbs,
    private readonly socialGraph: SocialGraphVerbs,
  ) {
    const moderated = content.filter((kind): kind is ModeratedContentKind => kind.moderation !== null);
    this.kinds = new Map(moderated.map((kind) => [kind.type, kind]));
  }

  /** A user counts as their own author. */
  private readonly accounts: ReportableKind = {
    authorOf: async (session, id) => ((await this.users.knows(id, session)) ? id : null),
    seenBy: async (session, viewer, id) => {
      const account = await this.users.accountOf(id, session);
      const hidden = Boolean(account?.bannedAt);
      if (!account || !(await this.socialGraph.maySee(viewer, { author: id, hidden }, session))) return null;
      return { author: id, hidden, revisedAt: account.profileEditedAt ?? account.createdAt };
    },
  };

  /** Content of any kind, or a user. @throws RequestError BAD_USER_INPUT for what cannot be moderated */
  reportable(content: ContentReference): ReportableKind {
    return content.type === 'User' ? this.accounts : this.require(content);
  }

  /** @throws RequestError BAD_USER_INPUT for what cannot be hidden and shown */
  require({ type }: ContentReference): ModeratedContentKind {
    const kind = this.kinds.get(type);
    if (!kind) throw new RequestError('BAD_USER_INPUT', `A ${type} can’t be moderated.`, 'input.contentId');
    return kind;
  }

  /** The content, hidden or not; null where it is gone. */
  async find(type: string, id: Types.ObjectId, context: RequestContext): Promise<object | null> {
    const found = await (type === 'User' ? context.load(this.users.userById, id) : this.kinds.get(type)?.moderation.find(context, id));
    return found ? { ...found, __typename: type } : null;
  }
}
