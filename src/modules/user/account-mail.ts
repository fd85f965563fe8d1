/** The mails about accounts. What they say is decided when they are sent, so that asking for one tells nobody anything. */
import { Types } from 'mongoose';
import { composeMail, type Mail, type Outbox } from '../../mail/index.js';
import { message, translate, type Language, type MessageText } from '../../messages/index.js';
import type { AccountTokenDocument, AccountTokens, TokenPurpose } from './account-tokens.js';
import type { Claims } from './claims.js';

const hour = 60 * 60 * 1000;
const lifetimes: Record<TokenPurpose, number> = { RESET_PASSWORD: hour, CONFIRM_EMAIL: 7 * 24 * hour, CHANGE_EMAIL: 24 * hour };

/** What the shop's page for a link is to do with its token. */
type Action = 'confirm-email' | 'reset-password';

export interface AccountMailOptions {
  /** What mails call the shop. */
  shopName: string;
  /** The address behind a link in a mail. */
  accountUrlOf: (action: Action, token: string) => string;
}

interface AccountMailDependencies extends AccountMailOptions {
  outbox: Outbox;
  tokens: AccountTokens;
  claims: Claims;
  /** The language in which a user is written to. */
  languageOf: (user: Types.ObjectId) => Promise<Language>;
}

/** The data of the mails. */
interface Kinds {
  /** To an address that was used to sign up. */
  'account: signed up': { email: string; user: string };
  /** To an address that an account is to have, asked for in an epoch of it. */
  'account: change address': { email: string; user: string; epoch?: number };
  /** To an address whose password was forgotten. */
  'account: reset password': { email: string };
  /** To the address that an account had. */
  'account: address changed': Notice;
  'account: password changed': Notice;
}

interface Notice {
  email: string;
  user: string;
}

const notices = {
  'account: address changed': ['Your email address was changed', 'The email address of your account at {shop} was changed.'],
  'account: password changed': ['Your password was changed', 'The password of your account at {shop} was changed.'],
} as const;

/** Declares the mails of this feature. */
export function declareAccountMail(dependencies: AccountMailDependencies): void {
  const { outbox, claims } = dependencies;
  const declare = <Kind extends keyof Kinds>(kind: Kind, compose: (data: Kinds[Kind], id: string) => Promise<Mail | null>): void =>
    outbox.compose(kind, compose);
  declare('account: signed up', ({ email, user }, id) =>
    toNewAddress(dependencies, 'CONFIRM_EMAIL', email, { user: new Types.ObjectId(user) }, id),
  );
  declare('account: change address', ({ email, user, epoch }, id) =>
    toNewAddress(dependencies, 'CHANGE_EMAIL', email, { user: new Types.ObjectId(user), ...(epoch !== undefined && { epoch }) }, id),
  );
  declare('account: reset password', async ({ email }, id) => {
    const owner = await claims.ownerOfEmail(email);
    return owner && withToken(dependencies, 'RESET_PASSWORD', email, { user: owner }, id);
  });
  for (const [kind, [subject, changed]] of Object.entries(notices))
    declare(kind as keyof typeof notices, async ({ email, user }) => {
      const say = await sayTo(dependencies, new Types.ObjectId(user));
      const before = [say(changed), say('If this wasn’t you, reset your password now and sign out on all devices.')];
      return composeMail({ to: email, language: say.language, subject: say(subject), before });
    });
}

/** How sentences are said to a user, in their language. */
interface Say {
  (text: MessageText): string;
  language: Language;
}

async function sayTo({ languageOf, shopName }: AccountMailDependencies, user: Types.ObjectId): Promise<Say> {
  const language = await languageOf(user);
  return Object.assign((text: MessageText) => translate(message(text, { shop: shopName }), language), { language });
}

/** Has a mail sent once the transaction is committed. */
export async function enqueueAccountMail<Kind extends keyof Kinds>(
  outbox: Outbox,
  kind: Kind,
  data: Kinds[Kind],
  session?: Parameters<Outbox['enqueue']>[3],
): Promise<void> {
  await outbox.enqueue(kind, data, 7 * 24 * hour, session);
}

type Asking = Pick<AccountTokenDocument, 'user' | 'epoch'>;

/** Asks the owner of an address whether it is theirs; who has an account with it already is told so instead. */
async function toNewAddress(
  dependencies: AccountMailDependencies,
  purpose: 'CONFIRM_EMAIL' | 'CHANGE_EMAIL',
  email: string,
  asking: Asking,
  id: string,
): Promise<Mail | null> {
  const { claims, tokens } = dependencies;
  const owner = await claims.ownerOfEmail(email);
  if (owner === null && purpose === 'CONFIRM_EMAIL') return null;
  if (owner === null || owner.equals(asking.user)) return withToken(dependencies, purpose, email, asking, id);
  if (!(await tokens.issue(id, 'NOTICE', owner, email, hour))) return null;
  const say = await sayTo(dependencies, owner);
  return composeMail({
    to: email,
    language: say.language,
    subject: say('You already have an account at {shop}'),
    before: [
      say('Someone tried to use your email address for an account at {shop}, but you already have an account there.'),
      say('If this was you, sign in with your password, or reset it if you forgot it.'),
    ],
    after: [say('If this wasn’t you, you can ignore this email.')],
  });
}

async function withToken(
  dependencies: AccountMailDependencies,
  purpose: TokenPurpose,
  email: string,
  { user, epoch }: Asking,
  id: string,
): Promise<Mail | null> {
  const { tokens, accountUrlOf } = dependencies;
  const token = await tokens.issue(id, purpose, user, email, lifetimes[purpose], epoch);
  if (!token) return null;
  const say = await sayTo(dependencies, user);
  const frame = { to: email, language: say.language, after: [say('If this wasn’t you, you can ignore this email.')] };
  if (purpose === 'RESET_PASSWORD') {
    const link = { label: say('Choose a new password'), url: accountUrlOf('reset-password', token) };
    const before = [say('Someone asked to reset the password of your account at {shop}. The link can be used once, within an hour.')];
    return composeMail({ ...frame, subject: say('Reset your password'), before, link });
  }
  const link = { label: say('Confirm this address'), url: accountUrlOf('confirm-email', token) };
  const before = [say('Please confirm that this is the email address of your account at {shop}.')];
  return composeMail({ ...frame, subject: say('Confirm your email address'), before, link });
}
