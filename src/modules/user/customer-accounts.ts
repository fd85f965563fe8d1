/** Which account is a customer's of the shop: the one with the shop's ID, else one that both sides know to be theirs, else a new one. */
import type { Types } from 'mongoose';
import { isLanguageTag } from '../../input/language-tag.js';
import type { Change, Realtime } from '../../realtime/index.js';
import { duplicateKeyFields } from '../../store/database.js';
import { isEmail } from './addresses.js';
import type { Claims } from './claims.js';
import type { ImportedUsers } from './imported-users.js';
import type { UserUpserts } from './user-upsert.js';
import type { UserDocument, UserModels } from './user.model.js';

export interface Customer {
  source: string;
  externalId: string;
  /** Up to 100 characters. */
  name: string | null;
  email: string | null;
  /** A BCP 47 tag. */
  language: string | null;
  /** Whether the shop knows that the address is the customer's. */
  emailVerified: boolean;
}

interface Dependencies {
  models: UserModels;
  realtime: Realtime;
  claims: Claims;
  importedUsers: ImportedUsers;
  upserts: UserUpserts;
}

export class CustomerAccounts {
  constructor(private readonly dependencies: Dependencies) {}

  async customerAccount(given: Customer): Promise<UserDocument> {
    const customer = {
      ...given,
      email: given.email && isEmail(given.email) ? given.email : null,
      language: given.language && isLanguageTag(given.language) ? given.language : null,
    };
    const { source, externalId } = customer;
    try {
      return await this.dependencies.realtime.recordChange([`customer:${source}:${externalId}`], (change) =>
        this.findOrOpen(change, customer),
      );
    } catch (error) {
      // Somebody else opened it at the same time.
      const other = duplicateKeyFields(error) && (await this.known(customer));
      if (!other) throw error;
      return other;
    }
  }

  private known({ source, externalId }: Customer, session?: Change['session']): Promise<UserDocument | null> {
    return this.dependencies.models.users
      .findOne({ externalSource: source, externalId })
      .session(session ?? null)
      .lean();
  }

  private async findOrOpen(change: Change, customer: Customer): Promise<UserDocument> {
    const known = await this.known(customer, change.session);
    // Who can sign in to an account of their own is that account, and who is banned stays so.
    if (known && (known.sealedEmail || known.identity || known.bannedAt)) return known;
    const own = await this.ownAccount(change, customer);
    if (own) return this.join(change, own, known, customer);
    if (known) return known;
    const { source, externalId, name, email, language } = customer;
    const fresh = this.dependencies.upserts.fresh(source, { externalId, name, email, language });
    await this.dependencies.upserts.insert(change.session, [fresh]);
    return fresh;
  }

  /** The account whose owner confirmed an address that the shop knows to be the customer's too. Staff signs in for itself. */
  private async ownAccount({ session }: Change, { email, emailVerified }: Customer): Promise<Types.ObjectId | null> {
    if (!email || !emailVerified) return null;
    const owner = await this.dependencies.claims.ownerOfEmail(email, session);
    const account = owner && (await this.dependencies.models.users.findById(owner).session(session).lean());
    const isBuyer = account?.roles.every((role) => role === 'BUYER');
    return account && isBuyer && account.emailConfirmedAt && !account.externalId && !account.bannedAt ? account._id : null;
  }

  /** What the customer wrote and bought before becomes the account's. */
  private async join(
    change: Change,
    account: Types.ObjectId,
    before: UserDocument | null,
    { source, externalId }: Customer,
  ): Promise<UserDocument> {
    if (before) await this.dependencies.importedUsers.handOver(change, { imported: before._id, account });
    return (await this.dependencies.models.users
      .findOneAndUpdate(
        { _id: account },
        { $set: { externalSource: source, externalId } },
        { returnDocument: 'after', session: change.session },
      )
      .lean())!;
  }
}
