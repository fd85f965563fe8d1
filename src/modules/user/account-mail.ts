/** The mails about accounts. What they say is decided when they are sent, so that asking for one tells nobody anything. */
import { Types } from 'mongoose';
import { composeMail, type Mail, type Outbox } from '../../mail/index.js';
import type { AccountTokens, TokenPurpose } from './account-tokens.js';
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
}

/** The data of the mails. */
interface Kinds {
  /** To an address that was used to sign up. */
  'account: signed up': { email: string; user: string };
  /** To an address that an account is to have. */
  'account: change address': { email: string; user: string };
  /** To an address whose password was forgotten. */
  'account: reset password': { email: string };
  /** To the address that an account had. */
  'account: address changed': { email: string };
  'account: password changed': { email: string };
}

const ignore = 'If this wasn’t you, you can ignore this email.';
const notYou = 'If this wasn’t you, reset your password now and sign out on all devices.';

/** Declares the mails of this feature. */
export function declareAccountMail(dependencies: AccountMailDependencies): void {
  const { outbox, shopName, claims } = dependencies;
  const declare = <Kind extends keyof Kinds>(kind: Kind, compose: (data: Kinds[Kind], id: string) => Promise<Mail | null>): void =>
    outbox.compose(kind, compose);
  declare('account: signed up', ({ email, user }, id) => toNewAddress(dependencies, 'CONFIRM_EMAIL', email, new Types.ObjectId(user), id));
  declare('account: change address', ({ email, user }, id) =>
    toNewAddress(dependencies, 'CHANGE_EMAIL', email, new Types.ObjectId(user), id),
  );
  declare('account: reset password', async ({ email }, id) => {
    const owner = await claims.ownerOfEmail(email);
    return owner && withToken(dependencies, 'RESET_PASSWORD', owner, email, id);
  });
  const notices = { 'account: address changed': 'email address', 'account: password changed': 'password' } as const;
  for (const [kind, what] of Object.entries(notices))
    declare(kind as keyof typeof notices, async ({ email }) =>
      composeMail({
        to: email,
        subject: `Your ${what} was changed`,
        before: [`The ${what} of your account at ${shopName} was changed.`, notYou],
      }),
    );
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

/** Asks the owner of an address whether it is theirs; who has an account with it already is told so instead. */
async function toNewAddress(
  dependencies: AccountMailDependencies,
  purpose: 'CONFIRM_EMAIL' | 'CHANGE_EMAIL',
  email: string,
  user: Types.ObjectId,
  id: string,
): Promise<Mail | null> {
  const { claims, tokens, shopName } = dependencies;
  const owner = await claims.ownerOfEmail(email);
  if (owner === null && purpose === 'CONFIRM_EMAIL') return null;
  if (owner === null || owner.equals(user)) return withToken(dependencies, purpose, user, email, id);
  if (!(await tokens.issue(id, 'NOTICE', owner, email, hour))) return null;
  return composeMail({
    to: email,
    subject: `You already have an account at ${shopName}`,
    before: [
      `Someone tried to use your email address for an account at ${shopName}, but you already have an account there.`,
      'If this was you, sign in with your password, or reset it if you forgot it.',
    ],
    after: [ignore],
  });
}

async function withToken(
  { tokens, shopName, accountUrlOf }: AccountMailDependencies,
  purpose: TokenPurpose,
  user: Types.ObjectId,
  email: string,
  id: string,
): Promise<Mail | null> {
  const token = await tokens.issue(id, purpose, user, email, lifetimes[purpose]);
  if (!token) return null;
  if (purpose === 'RESET_PASSWORD') {
    const link = { label: 'Choose a new password', url: accountUrlOf('reset-password', token) };
    const before = [`Someone asked to reset the password of your account at ${shopName}. The link can be used once, within an hour.`];
    return composeMail({ to: email, subject: 'Reset your password', before, link, after: [ignore] });
  }
  const link = { label: 'Confirm this address', url: accountUrlOf('confirm-email', token) };
  const before = [`Please confirm that this is the email address of your account at ${shopName}.`];
  return composeMail({ to: email, subject: 'Confirm your email address', before, link, after: [ignore] });
}
