/** What a notification says and where it leads, read as its recipient may read it at that moment. */
import type { Types } from 'mongoose';
import type { Role } from '../../relay/context.js';
import { toGlobalId } from '../../relay/global-id.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import type { NotificationDocument } from './notification.model.js';
import type { Told } from './notification-words.js';

/** Reads from the API as a user. */
export type ReadAs = (
  query: string,
  variables: Record<string, string>,
  reader: { userId: Types.ObjectId; roles: Role[] },
) => Promise<Record<string, unknown>>;

export interface Notified extends Told {
  url: string;
}

interface NotifiedDependencies {
  users: Pick<UserVerbs, 'rolesOfActive' | 'userById'>;
  socialGraph: Pick<SocialGraphVerbs, 'hiddenAuthorsOf'>;
  publicUrl: string;
  productUrlOf: (slug: string) => string;
}

interface ShownSubject {
  slug?: string;
  title?: string;
  product?: ShownSubject | null;
  question?: ShownSubject | null;
  subject?: ShownSubject | null;
}

const product = 'slug title';
const query = `query NotificationSubject($id: ID!) {
  node(id: $id) {
    __typename
    ... on Product { ${product} }
    ... on Review { product { ${product} } }
    ... on Question { product { ${product} } }
    ... on Answer { question { product { ${product} } } }
    ... on Share { product { ${product} } }
    ... on Referral { product { ${product} } }
    ... on MerchantFeedback { product { ${product} } }
    ... on Comment {
      subject {
        ... on Product { ${product} }
        ... on Review { product { ${product} } }
        ... on Answer { question { product { ${product} } } }
        ... on Share { product { ${product} } }
      }
    }
  }
}`;

export class NotifiedReader {
  /** Set once there is an API to read from. */
  read: ReadAs | null = null;

  constructor(private readonly dependencies: NotifiedDependencies) {}

  /** @returns null where the recipient may not see it any more */
  async contentOf(notification: NotificationDocument): Promise<Notified | null> {
    const { recipient, kind, subjectType, subject } = notification;
    if (!this.read) throw new Error('There is no API to read notifications from.');
    const roles = (await this.dependencies.users.rolesOfActive([recipient])).get(recipient.toHexString());
    const hidden = await this.dependencies.socialGraph.hiddenAuthorsOf(recipient);
    const actors = notification.actors.filter((actor) => !hidden.has(actor.toHexString()));
    if (!roles || (actors.length === 0 && notification.actors.length > 0)) return null;
    const { node } = await this.read(query, { id: toGlobalId(subjectType, subject) }, { userId: recipient, roles });
    if (!node) return null;
    const about = productOf(node);
    const last = actors.at(-1);
    const [actor] = last ? await this.dependencies.users.userById.batch([last]) : [null];
    return {
      kind,
      actor: actor?.name ?? null,
      actorCount: actors.length,
      subject: about?.title ?? '',
      url: this.urlOf(notification, about, actor?.handle),
    };
  }

  private urlOf({ kind }: NotificationDocument, about: ShownSubject | null, handle: string | undefined): string {
    const { publicUrl, productUrlOf } = this.dependencies;
    if (kind === 'FOLLOWED' && handle) return `${publicUrl}/users/${encodeURIComponent(handle)}`;
    return about?.slug ? productUrlOf(about.slug) : `${publicUrl}/notifications`;
  }
}

/** The product that content is about, however deep. */
function productOf(subject: ShownSubject): ShownSubject | null {
  if (subject.slug !== undefined) return subject;
  const next = subject.product ?? subject.question ?? subject.subject;
  return next ? productOf(next) : null;
}
