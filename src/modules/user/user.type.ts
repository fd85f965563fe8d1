import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import type { OwnSession } from './session.service.js';
import type { PublicUser } from './user.loader.js';
import type { PrivacySettingsOfUser } from './user.service.js';
import type { ViewerIdentity } from './viewer.js';

export enum UserRole {
  BUYER = 'BUYER',
  MERCHANT = 'MERCHANT',
  MODERATOR = 'MODERATOR',
  ADMIN = 'ADMIN',
}

registerEnumType(UserRole, {
  name: 'UserRole',
  description: 'Role of a user.',
  valuesConfig: {
    BUYER: { description: 'Buys, reviews, comments, asks and shares. Every user has it.' },
    MERCHANT: { description: 'Sells products, answers questions and feedback about them.' },
    MODERATOR: { description: 'Moderates content and users.' },
    ADMIN: { description: 'Administers the shop.' },
  },
});

@ObjectType({ implements: Node, description: 'Public profile of a user.' })
export class User extends Node<PublicUser> {
  @Field(() => String, { description: 'Unique name for mentions, as in `@handle`. Letters, digits and underscores.' })
  handle!: string;

  @Field(() => String, { description: 'Display name, up to 100 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Short text about the user, written by them. May be empty or null.' })
  bio!: string | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of the user’s avatar. Null if there is none.' })
  avatarUrl!: string | null;

  @Field(() => [UserRole], { description: 'Roles of the user, each role once.' })
  roles!: UserRole[];

  @Field(() => Date, { description: 'When the user signed up.' })
  createdAt!: Date;
}

@ObjectType({
  implements: Node,
  description:
    'The shop from the viewer’s perspective. Available to anonymous users too: their private fields are null. Anonymous users share one ID; signed-in users each have their own.',
})
export class Viewer extends Node<ViewerIdentity> {}

@InputType({ description: 'An account to create.' })
export class SignUpInput {
  @Field(() => String, { description: 'Email address, used to sign in. Never shown to others.' })
  email!: string;

  @Field(() => String, { description: 'Password of 8 to 128 characters that is not easy to guess.' })
  password!: string;

  @Field(() => String, { description: 'Handle of 3 to 30 letters, digits or underscores. Unique regardless of case.' })
  handle!: string;

  @Field(() => String, { description: 'Display name, up to 100 characters.' })
  name!: string;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Whether the account also gets the role `MERCHANT`.' })
  merchant!: boolean;
}

@InputType({ description: 'Credentials to sign in with.' })
export class SignInInput {
  @Field(() => String, { description: 'Email address of the account.' })
  email!: string;

  @Field(() => String, { description: 'Password of the account.' })
  password!: string;
}

@InputType({ description: 'A refresh token to exchange.' })
export class RefreshSessionInput {
  @Field(() => String, {
    nullable: true,
    description: 'The latest refresh token. Leave it out if the server keeps it in a cookie.',
  })
  refreshToken?: string | null;
}

@ObjectType({ implements: Node, description: 'An open session of the viewer, on one device or browser.' })
export class Session extends Node<OwnSession> {
  @Field(() => String, {
    nullable: true,
    description: 'The `User-Agent` of the client that signed in, up to 200 characters. Null if it sent none.',
  })
  device!: string | null;

  @Field(() => Date, { description: 'When the session was opened.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the session was last refreshed.' })
  lastUsedAt!: Date;

  @Field(() => Boolean, { description: 'Whether the request was made with this session.' })
  isCurrent!: boolean;
}

export const SessionConnection = connectionType(Session, 'Session');

@InputType({ description: 'A session to end.' })
export class RevokeSessionInput {
  @Field(() => ID, { description: 'One of `viewer.sessions`.' })
  sessionId!: string;
}

@InputType({ description: 'A new password for the viewer’s account.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The current password.' })
  currentPassword!: string;

  @Field(() => String, { description: 'New password of 8 to 128 characters that is not easy to guess.' })
  newPassword!: string;
}

@InputType({ description: 'The account to reset the password of.' })
export class RequestPasswordResetInput {
  @Field(() => String, { description: 'Email address of the account.' })
  email!: string;
}

@InputType({ description: 'A new password for the account the token belongs to.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'Token from the email. Works once, within an hour.' })
  token!: string;

  @Field(() => String, { description: 'New password of 8 to 128 characters that is not easy to guess.' })
  newPassword!: string;
}

@InputType({ description: 'A new email address for the viewer’s account.' })
export class ChangeEmailInput {
  @Field(() => String, { description: 'New email address. Takes effect once it is confirmed.' })
  email!: string;

  @Field(() => String, { description: 'Password of the account.' })
  password!: string;
}

@InputType({ description: 'Confirmation of an email address.' })
export class ConfirmEmailInput {
  @Field(() => String, { description: 'Token from the email. Works once.' })
  token!: string;
}

@InputType({ description: 'Sessions to sign out of.' })
export class SignOutInput {
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Whether to end the viewer’s sessions on all devices.' })
  everywhere!: boolean;
}

@InputType({ description: 'Changes to the viewer’s profile. Fields that are left out stay as they are.' })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: 'Display name, up to 100 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Short text about the viewer, up to 1,000 characters. Null removes it.' })
  bio?: string | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of an image. Null removes it.' })
  avatarUrl?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'An uploaded avatar, the `imageId` of an upload with the purpose `AVATAR`. Null removes it. The avatar stays when left out.',
  })
  avatarId?: string | null;
}

@ObjectType({ implements: Node, description: 'The viewer’s privacy settings.' })
export class PrivacySettings extends Node<PrivacySettingsOfUser> {
  @Field(() => Boolean, { description: 'Whether the viewer may be suggested to other users with a similar taste.' })
  suggestToOthers!: boolean;

  @Field(() => Boolean, { description: 'Whether recommendations may be based on the viewer’s activity.' })
  personalise!: boolean;
}

@InputType({ description: 'Changes to the viewer’s privacy settings. Fields that are left out stay as they are.' })
export class UpdatePrivacySettingsInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the viewer may be suggested to other users with a similar taste.',
  })
  suggestToOthers?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether recommendations may be based on the viewer’s activity.' })
  personalise?: boolean | null;
}

export const UpdatePrivacySettingsPayload = payloadType('UpdatePrivacySettingsPayload', 'Result of updating privacy settings.', {
  privacySettings: field(() => PrivacySettings, 'The updated privacy settings.'),
});

export const SessionPayload = payloadType('SessionPayload', 'Result of signing up, signing in or refreshing a session.', {
  accessToken: field(() => String, 'Access token. Send it as `Authorization: Bearer …`, or in `connection_init`. Valid for 15 minutes.'),
  accessTokenExpiresAt: field(() => Date, 'When the access token expires.'),
  refreshToken: field(
    () => String,
    'Refresh token to exchange for new tokens with `refreshSession`. Valid once, for 30 days by default. Null if the server keeps it in a cookie.',
  ),
  refreshTokenExpiresAt: field(() => Date, 'When the refresh token expires. The session ends then unless it is refreshed before.'),
  user: field(() => User, 'The signed-in user.'),
});

export const ChangePasswordPayload = payloadType('ChangePasswordPayload', 'Result of changing a password.', {
  changed: field(() => Boolean, 'Whether the password was changed. All other sessions then end.'),
});

export const RequestPasswordResetPayload = payloadType('RequestPasswordResetPayload', 'Result of requesting a password reset.', {
  requested: field(() => Boolean, 'Whether the request was accepted. True even if no account has the address.'),
});

export const ResetPasswordPayload = payloadType('ResetPasswordPayload', 'Result of resetting a password.', {
  reset: field(() => Boolean, 'Whether the password was changed. All sessions then end.'),
});

export const ChangeEmailPayload = payloadType('ChangeEmailPayload', 'Result of changing an email address.', {
  requested: field(() => Boolean, 'Whether the request was accepted. True even if another account has the address.'),
});

export const ConfirmEmailPayload = payloadType('ConfirmEmailPayload', 'Result of confirming an email address.', {
  confirmed: field(() => Boolean, 'Whether the address was confirmed.'),
});

export const RevokeSessionPayload = payloadType('RevokeSessionPayload', 'Result of ending a session.', {
  revoked: field(() => Boolean, 'Whether the session has ended.'),
});

export const SignOutPayload = payloadType('SignOutPayload', 'Result of signing out.', {
  signedOut: field(() => Boolean, 'Whether the session has ended.'),
});

export const UpdateProfilePayload = payloadType('UpdateProfilePayload', 'Result of updating the profile.', {
  user: field(() => User, 'The updated user.'),
});
