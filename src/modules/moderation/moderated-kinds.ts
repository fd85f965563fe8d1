/** The kinds of content that can be moderated, and users, who are moderated like content. */
import type { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import type { RequestContext } from '../../relay/context.js';
import type { ContentReference } from '../domain-events.js';
import type { ContentKind, ModeratedKind } from '../module.js';
import type { UserVerbs } from '../user/index.js';

type ModeratedContentKind = ContentKind & { moderation: ModeratedKind };

export class ModeratedKinds {
  private readonly kinds: ReadonlyMap<string, ModeratedContentKind>;

  /** @param content every kind of content; those that cannot be moderated are left out */
  constructor(
    content: readonly ContentKind[],
    private readonly users: UserVerbs,
  ) {
    const moderated = content.filter((kind): kind is ModeratedContentKind => kind.moderation !== null);
    this.kinds = new Map(moderated.map((kind) => [kind.type, kind]));
  }

  /** @throws RequestError BAD_USER_INPUT for what cannot be moderated */
  require({ type }: ContentReference): ModeratedContentKind {
    const kind = this.kinds.get(type);
    if (!kind) throw new RequestError('BAD_USER_INPUT', `A ${type} cannot be moderated.`, 'input.contentId');
    return kind;
  }

  /** The content, hidden or not; null where it is gone. */
  async find(type: string, id: Types.ObjectId, context: RequestContext): Promise<object | null> {
    const found = await (type === 'User' ? context.load(this.users.userById, id) : this.kinds.get(type)?.moderation.find(context, id));
    return found ? { ...found, __typename: type } : null;
  }
}
