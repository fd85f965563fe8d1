/** What the law asks of a shop for its customers: that they are forgotten, and a copy of what is held on them. */
import type { Types } from 'mongoose';
import { RulesBroken } from '../../errors.js';
import type { PrivacyVerbs } from '../privacy/index.js';
import type { UserVerbs } from '../user/index.js';
import type { IntegrationDocument, IntegrationModels } from './integration.model.js';
import type { Applied } from './records.js';

/** So many customers are erased before the worker looks for other messages. */
const maxOfStep = 200;

interface CustomerRightsDependencies {
  models: IntegrationModels;
  users: UserVerbs;
  privacy: PrivacyVerbs;
}

export class CustomerRights {
  constructor(private readonly dependencies: CustomerRightsDependencies) {}

  /** Erases customers as if they had deleted their accounts, and what their messages said. Staff deletes its own accounts. */
  async eraseCustomer(integration: IntegrationDocument, externalIds: readonly string[]): Promise<Applied> {
    const { models } = this.dependencies;
    const { source } = integration;
    for (const user of await this.usersOf(source, externalIds))
      if (!(await this.erase(user)))
        return { status: 'REFUSED', reason: 'This customer works for the shop. Their account is theirs to delete.' };
    await models.inbox.updateMany(
      { source, customer: { $in: [...externalIds] }, status: { $ne: 'PENDING' } },
      { $unset: { sealed: 1 }, $set: { customer: null } },
    );
    return { status: 'APPLIED' };
  }

  /** Erases all customers of a shop, some at a time. Products and reviews stay, without their authors. */
  async eraseShop({ _id: integration, source }: IntegrationDocument): Promise<Applied> {
    const { models, users } = this.dependencies;
    let last = '';
    let erased = 0;
    while (erased < maxOfStep) {
      const some = await users.customersOf(source, last, maxOfStep);
      for (const { _id } of some) if (await this.erase(_id)) erased++;
      if (some.length < maxOfStep) break;
      last = some.at(-1)!.externalId;
    }
    if (erased >= maxOfStep) return { status: 'GOES_ON' };
    await models.inbox.updateMany({ integration, status: { $ne: 'PENDING' } }, { $unset: { sealed: 1 }, $set: { customer: null } });
    return { status: 'APPLIED' };
  }

  /** Everything that is held on a customer, by each external ID that they have. */
  async exportOf(
    { source }: IntegrationDocument,
    externalIds: readonly string[],
  ): Promise<{ users: Types.ObjectId[]; data: Record<string, unknown> }> {
    const { users, privacy } = this.dependencies;
    const found = await users.userByExternalId.batch(externalIds.map((externalId) => ({ source, externalId })));
    const data: Record<string, unknown> = {};
    for (const user of found) if (user) data[user.externalId!] = await privacy.exportOf(user._id);
    return { users: found.flatMap((user) => (user ? [user._id] : [])), data };
  }

  private async usersOf(source: string, externalIds: readonly string[]): Promise<Types.ObjectId[]> {
    const found = await this.dependencies.users.userByExternalId.batch(externalIds.map((externalId) => ({ source, externalId })));
    return found.flatMap((user) => (user ? [user._id] : []));
  }

  /** @returns false for staff */
  private async erase(user: Types.ObjectId): Promise<boolean> {
    const account = await this.dependencies.users.accountOf(user);
    if (account?.roles.some((role) => role !== 'BUYER')) return false;
    try {
      await this.dependencies.privacy.eraseCustomer(user);
      return true;
    } catch (error) {
      if (error instanceof RulesBroken) return false;
      throw error;
    }
  }
}
