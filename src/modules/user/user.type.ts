import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, From, ObjectType, payloadType } from '../../relay/output.js';
import type { OwnSession } from './session.service.js';
import type { PublicUser } from './user.loader.js';
import type { PrivacyChoices } from './user.service.js';
import type { ViewerIdentity } from './viewer.js';

export enum UserRole {
  BUYER = 'BUYER',
  MERCHANT = 'MERCHANT',
  MODERATOR = 'MODERATOR',
  ADMIN = 'ADMIN',
}

registerEnumType(UserRole, {
  name: 'UserRole',
  description: 'What a user may do.',
  valuesConfig: {
    BUYER: { description: 'Buys, reviews, comments, asks and shares.' },
    MERCHANT: { description: 'Sells products and answers for them.' },
    MODERATOR: { description: 'Hides and restores content.' },
    ADMIN: { description: 'Runs the shop.' },
  },
});

@ObjectType({ implements: Node, description: 'Someone who uses the shop, as anyone may see them.' })
export class User extends Node<PublicUser> {
  @Field(() => String, { description: 'Unique, as in `@handle`; letters, digits and underscores.' })
  handle!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What they say of themselves.' })
  bio!: string | null;

  @Field(() => WebAddress, { nullable: true, description: 'Their picture.' })
  avatarUrl!: string | null;

  @Field(() => [UserRole], { description: 'What they may do.' })
  roles!: UserRole[];

  @Field(() => Date, { description: 'When they signed up.' })
  createdAt!: Date;
}

@ObjectType({
  implements: Node,
  description:
    'The shop from the viewer’s perspective. Available to anonymous users too: their private fields are null. All anonymous users have the same ID, a signed-in user has one of their own.',
})
export class Viewer extends Node<ViewerIdentity> {}

@InputType({ description: 'A new account.' })
export class SignUpInput {
  @Field(() => String, { description: 'Used to sign in; never shown to others.' })
  email!: string;

  @Field(() => String, { description: '8 to 200 characters, and not easy to guess.' })
  password!: string;

  @Field(() => String, { description: '3 to 30 letters, digits or underscores; unique whatever the case.' })
  handle!: string;

  @Field(() => String, { description: 'The name to show, at most 100 characters.' })
  name!: string;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Whether the account also sells products.' })
  merchant!: boolean;
}

@InputType({ description: 'What opens a session.' })
export class SignInInput {
  @Field(() => String, { description: 'The address of the account.' })
  email!: string;

  @Field(() => String, { description: 'The password of the account.' })
  password!: string;
}

@InputType({ description: 'What keeps a session open.' })
export class RefreshSessionInput {
  @Field(() => String, {
    nullable: true,
    description: 'The latest refresh token. Taken from the cookie when left out, where the server keeps it there.',
  })
  refreshToken?: string | null;
}

@ObjectType({ implements: Node, description: 'An open session of the viewer: one device, or one browser.' })
export class Session extends Node<OwnSession> {
  @Field(() => String, {
    nullable: true,
    description: 'What the client called itself when it signed in (its `User-Agent`, at most 200 characters). Null if it did not say.',
  })
  device!: string | null;

  @Field(() => Date, { description: 'When the session was opened.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the session was last refreshed.' })
  lastUsedAt!: Date;

  @Field(() => Boolean, { description: 'Whether this is the session that the request was made with.' })
  isCurrent!: boolean;
}

export const SessionConnection = connectionType(Session, 'Session');

@InputType({ description: 'Which session to end.' })
export class RevokeSessionInput {
  @Field(() => ID, { description: 'The session, one of `viewer.sessions`.' })
  sessionId!: string;
}

@InputType({ description: 'A new password for the viewer’s account.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The password that the account has now.' })
  currentPassword!: string;

  @Field(() => String, { description: 'The password to have from now on: 8 to 200 characters, and not easy to guess.' })
  newPassword!: string;
}

@InputType({ description: 'The account whose password was forgotten.' })
export class RequestPasswordResetInput {
  @Field(() => String, { description: 'The e-mail address of the account.' })
  email!: string;
}

@InputType({ description: 'A new password for the account that a mailed token belongs to.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'The token from the mail. It works once, for an hour.' })
  token!: string;

  @Field(() => String, { description: 'The password to have from now on: 8 to 200 characters, and not easy to guess.' })
  newPassword!: string;
}

@InputType({ description: 'A new e-mail address for the viewer’s account.' })
export class ChangeEmailInput {
  @Field(() => String, { description: 'The new address. The account has it once its owner confirms it.' })
  email!: string;

  @Field(() => String, { description: 'The password of the account.' })
  password!: string;
}

@InputType({ description: 'What confirms an e-mail address.' })
export class ConfirmEmailInput {
  @Field(() => String, { description: 'The token from the mail. It works once.' })
  token!: string;
}

@InputType({ description: 'What to sign out of.' })
export class SignOutInput {
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'End the sessions on all devices.' })
  everywhere!: boolean;
}

@InputType({ description: 'What to change of one’s profile; what is left out stays.' })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: 'The name to show, at most 100 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 1,000 characters; null clears it.' })
  bio?: string | null;

  @Field(() => WebAddress, { nullable: true, description: 'A picture; null clears it.' })
  avatarUrl?: string | null;
}

@ObjectType({ description: 'What one has decided about the use of what one does.' })
export class PrivacySettings extends From<PrivacyChoices> {
  @Field(() => Boolean, { description: 'Whether others may be shown oneself as someone with a similar taste.' })
  suggestToOthers!: boolean;

  @Field(() => Boolean, { description: 'Whether recommendations may follow from what one does.' })
  personalise!: boolean;
}

@InputType({ description: 'What to change of one’s privacy settings; what is left out stays.' })
export class UpdatePrivacySettingsInput {
  @Field(() => Boolean, { nullable: true, description: 'Whether others may be shown oneself as someone with a similar taste.' })
  suggestToOthers?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether recommendations may follow from what one does.' })
  personalise?: boolean | null;
}

export const UpdatePrivacySettingsPayload = payloadType('UpdatePrivacySettingsPayload', 'The changed privacy settings.', {
  privacySettings: field(() => PrivacySettings, 'The settings, as changed.'),
});

export const SessionPayload = payloadType('SessionPayload', 'An open session.', {
  accessToken: field(() => String, 'Send it as `Authorization: Bearer …`, or in `connection_init`. Good for 15 minutes.'),
  accessTokenExpiresAt: field(() => Date, 'When the access token ends.'),
  refreshToken: field(
    () => String,
    'Exchange it for fresh tokens with `refreshSession`. Good for 30 days unless the server is configured otherwise, and once. Null where the server keeps it in a cookie.',
  ),
  refreshTokenExpiresAt: field(() => Date, 'When the refresh token ends, and the session with it, unless it is exchanged before.'),
  user: field(() => User, 'Who is signed in.'),
});

export const ChangePasswordPayload = payloadType('ChangePasswordPayload', 'The answer to changing a password.', {
  changed: field(() => Boolean, 'Whether the password was changed. All other sessions have ended then.'),
});

export const RequestPasswordResetPayload = payloadType('RequestPasswordResetPayload', 'The answer to asking for a new password.', {
  requested: field(() => Boolean, 'True also where no account has the address. A link is mailed to those that have one.'),
});

export const ResetPasswordPayload = payloadType('ResetPasswordPayload', 'The answer to resetting a password.', {
  reset: field(() => Boolean, 'Whether the password was changed. All sessions have ended then.'),
});

export const ChangeEmailPayload = payloadType('ChangeEmailPayload', 'The answer to changing an e-mail address.', {
  requested: field(() => Boolean, 'True also where another account has the address. A link is mailed to where none has.'),
});

export const ConfirmEmailPayload = payloadType('ConfirmEmailPayload', 'The answer to confirming an e-mail address.', {
  confirmed: field(() => Boolean, 'Whether the account has the address now.'),
});

export const RevokeSessionPayload = payloadType('RevokeSessionPayload', 'The answer to revoking a session.', {
  revoked: field(() => Boolean, 'Whether the session has ended.'),
});

export const SignOutPayload = payloadType('SignOutPayload', 'The answer to signing out.', {
  signedOut: field(() => Boolean, 'Whether the session has ended.'),
});

export const UpdateProfilePayload = payloadType('UpdateProfilePayload', 'The changed profile.', {
  user: field(() => User, 'The user, as changed.'),
});
