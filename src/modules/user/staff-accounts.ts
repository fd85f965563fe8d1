/** Staff accounts, which the operator makes at the command line: the first administrator has nobody to ask. */
import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import { OperatorError } from '../../operator-error.js';
import type { Realtime } from '../../realtime/index.js';
import type { Role } from '../../relay/context.js';
import { isEmail } from './addresses.js';
import type { Claims } from './claims.js';
import { isHandle } from './handles.js';
import type { Passwords } from './passwords.js';
import type { UserModels } from './user.model.js';
import type { UserService } from './user.service.js';

export interface StaffAccount {
  email: string;
  roles: Role[];
  /** What others see; by default the part of the address before the @. */
  name?: string;
  handle?: string;
}

export interface Appointment {
  handle: string;
  roles: Role[];
  /** The password of an account that was made just now; null for one that was there. */
  password: string | null;
}

interface StaffAccountsDependencies {
  models: UserModels;
  realtime: Realtime;
  users: UserService;
  claims: Claims;
  passwords: Passwords;
}

const failed = (sentence: string): OperatorError => new OperatorError('STAFF_ACCOUNT_INVALID', sentence);

export class StaffAccounts {
  constructor(private readonly dependencies: StaffAccountsDependencies) {}

  /** Gives the account of an address these roles too, or makes one that has them. @throws OperatorError */
  async appointStaff(wanted: StaffAccount): Promise<Appointment> {
    if (!isEmail(wanted.email)) throw failed('This is not a valid email address.');
    const owner = await this.dependencies.claims.ownerOfEmail(wanted.email);
    return owner ? this.promote(owner, wanted) : this.make(wanted);
  }

  /** Whoever signed up with an address of somebody else must not come to be staff by it. */
  private async promote(user: Types.ObjectId, { roles }: StaffAccount): Promise<Appointment> {
    const { models, realtime, users } = this.dependencies;
    return realtime.recordChange([`roles:${user.toHexString()}`], async (change) => {
      const found = await models.users.findById(user).session(change.session).lean();
      if (!found) throw failed('The account was deleted just now.');
      if (!found.emailConfirmedAt)
        throw failed('This address has an account, but nobody confirmed the address. Sign in to it and confirm the address first.');
      const all = [...new Set<Role>([...found.roles, ...roles])];
      await users.setRoles(change, user, all);
      return { handle: found.handle, roles: all, password: null };
    });
  }

  private async make({ email, roles, name, handle }: StaffAccount): Promise<Appointment> {
    const { users, claims, passwords } = this.dependencies;
    const [local = ''] = email.split('@');
    const own = handle ?? `${local.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 20)}_${randomBytes(3).toString('hex')}`;
    if (!isHandle(own)) throw failed(`"${own}" is not a handle: use 3 to 30 letters, digits or underscores.`);
    if (await claims.ownerOf(claims.ofHandle(own))) throw failed(`The handle ${own} is taken.`);
    const password = randomBytes(15).toString('base64url');
    const all = [...new Set<Role>(['BUYER', ...roles])];
    const account = {
      ...{ _id: new Types.ObjectId(), handle: own, name: name ?? local, bio: null, avatarUrl: null, roles: all },
      ...{ email, passwordHash: await passwords.hash(password), createdAt: new Date(), emailConfirmedAt: new Date() },
    };
    await users.importUsers([account]);
    if (!(await claims.ownerOfEmail(email))?.equals(account._id)) throw failed('Somebody signed up with this address just now. Try again.');
    return { handle: own, roles: all, password };
  }
}
