/** Accounts and what opens them: signing up, signing in, passwords. */
import { randomBytes } from 'node:crypto';
import { hash as hashPassword, verify as verifyPassword } from '@node-rs/argon2';
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Realtime } from '../../realtime/index.js';
import type { Role } from '../../relay/context.js';
import { duplicateKeyFields } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { DomainEventBus } from '../domain-events.js';
import type { Credentials, SessionService } from './session.service.js';
import { publicProjection } from './user.loader.js';
import type { UserDocument, UserModels } from './user.model.js';

export interface SignUp {
  email: string;
  password: string;
  handle: string;
  name: string;
  merchant?: boolean | null;
}

interface AccountDependencies {
  models: UserModels;
  sessions: SessionService;
  realtime: Realtime;
  events: DomainEventBus;
}

export class AccountService {
  /** A user who does not exist takes as long to refuse as a wrong password. */
  private readonly hashOfNobody = hashPassword(randomBytes(16).toString('hex'));

  constructor(private readonly dependencies: AccountDependencies) {}

  /** @throws RulesBroken for a taken or invalid e-mail address, handle or password. */
  async signUp(input: SignUp, userAgent: string | null): Promise<Credentials> {
    new InputRules()
      .require(
        input.email.length <= 254 && /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(input.email),
        'INVALID',
        'This is not an e-mail address.',
        'email',
      )
      .text(input.password, { least: 8, most: 200 }, 'password')
      .require(/^[A-Za-z0-9_]{3,30}$/.test(input.handle), 'INVALID', 'A handle has 3 to 30 letters, digits or underscores.', 'handle')
      .line(input.name, { least: 1, most: 100 }, 'name')
      .check();
    const roles: Role[] = input.merchant ? ['BUYER', 'MERCHANT'] : ['BUYER'];
    const user: UserDocument = {
      _id: new Types.ObjectId(),
      handle: input.handle,
      handleKey: input.handle.toLowerCase(),
      name: input.name,
      bio: null,
      avatarUrl: null,
      roles,
      createdAt: new Date(),
      email: input.email.toLowerCase(),
      passwordHash: await hashPassword(input.password),
    };
    const { events, models, realtime } = this.dependencies;
    try {
      await realtime.recordChange([], async (change) => {
        await events.emit(change, 'profileWritten', { user: user._id, texts: { name: user.name } });
        await insert(models.users, user, change.session);
      });
    } catch (error) {
      throw takenError(error);
    }
    return this.dependencies.sessions.open(user, userAgent);
  }

  /** @throws RulesBroken INVALID_CREDENTIALS, the same whether the address or the password is wrong. */
  async signIn(email: string, password: string, userAgent: string | null): Promise<Credentials> {
    const user = await this.dependencies.models.users
      .findOne({ email: email.toLowerCase() }, { ...publicProjection, passwordHash: 1, bannedAt: 1 })
      .lean();
    const matches = await verifyPassword(user?.passwordHash ?? (await this.hashOfNobody), password);
    if (!user || !matches) throw broken('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong.', 'password');
    if (user.bannedAt) throw broken('SUSPENDED', 'This account is suspended.', 'email');
    return this.dependencies.sessions.open(user, userAgent);
  }

  /** Whether a user's password is the given one; users of an outside provider have none. */
  async passwordMatches(userId: Types.ObjectId, password: string): Promise<boolean> {
    const user = await this.dependencies.models.users.findById(userId, { passwordHash: 1 }).lean();
    return verifyPassword(user?.passwordHash ?? (await this.hashOfNobody), password);
  }

  /** A banned user by their credentials, which no longer open anything; null for everybody else. */
  async bannedUser(email: string, password: string): Promise<Types.ObjectId | null> {
    const user = await this.dependencies.models.users.findOne({ email: email.toLowerCase() }, { passwordHash: 1, bannedAt: 1 }).lean();
    const matches = await verifyPassword(user?.passwordHash ?? (await this.hashOfNobody), password);
    return user?.bannedAt && matches ? user._id : null;
  }
}

function takenError(error: unknown): unknown {
  const fields = duplicateKeyFields(error);
  if (fields?.includes('email')) return broken('EMAIL_TAKEN', 'There is an account with this e-mail address.', 'email');
  if (fields?.includes('handleKey')) return broken('HANDLE_TAKEN', 'This handle is taken.', 'handle');
  return error;
}
