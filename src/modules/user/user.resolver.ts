import type { Types } from 'mongoose';
import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { broken } from '../../errors.js';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { Image, type ImageVerbs, type ShownImage } from '../image/index.js';
import { emailRules, signUpRules, type AccountService } from './account.service.js';
import { lengthRules } from './passwords.js';
import type { OwnSession, SessionService } from './session.service.js';
import type { PublicUser, UserLoaders } from './user.loader.js';
import { profileRules, type PrivacySettingsOfUser, type UserService } from './user.service.js';
import {
  ChangeEmailInput,
  ChangeEmailPayload,
  ChangePasswordInput,
  ChangePasswordPayload,
  ConfirmEmailInput,
  ConfirmEmailPayload,
  PrivacySettings,
  RefreshSessionInput,
  RequestPasswordResetInput,
  RequestPasswordResetPayload,
  ResetPasswordInput,
  ResetPasswordPayload,
  RevokeSessionInput,
  RevokeSessionPayload,
  SessionConnection,
  SessionPayload,
  SignInInput,
  SignOutInput,
  SignOutPayload,
  SignUpInput,
  UpdatePrivacySettingsInput,
  UpdatePrivacySettingsPayload,
  UpdateProfileInput,
  UpdateProfilePayload,
  User,
  Viewer,
} from './user.type.js';
import { keptInCookie } from './kept-in-cookie.js';
import { mayIdentify, viewerOf, type ViewerIdentity } from './viewer.js';

export interface UserResolverDependencies {
  users: UserService;
  sessions: SessionService;
  accounts: AccountService;
  loaders: UserLoaders;
  images: ImageVerbs;
}

@Resolver(() => Viewer)
export class ViewerResolver {
  constructor(private readonly dependencies: UserResolverDependencies) {}

  @Query(() => Viewer, { description: 'The shop from the viewer’s perspective.' })
  viewer(@Ctx() context: RequestContext): ViewerIdentity {
    return viewerOf(context);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The signed-in user. Null for anonymous users.' })
  user(@Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return context.signedIn && context.load(this.dependencies.loaders.userById, context.signedIn.userId);
  }

  @Authorized()
  @FieldResolver(() => String, { nullable: true, description: 'The viewer’s email address. Null if the account has none.' })
  async email(@Ctx() context: RequestContext): Promise<string | null> {
    return (await this.dependencies.users.emailOf(context.requireSignedIn().userId))?.email ?? null;
  }

  @Authorized()
  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether the viewer confirmed their email address with the link that was mailed to it. Null without an address.',
  })
  async emailConfirmed(@Ctx() context: RequestContext): Promise<boolean | null> {
    return (await this.dependencies.users.emailOf(context.requireSignedIn().userId))?.confirmed ?? null;
  }

  @Authorized()
  @FieldResolver(() => SessionConnection, { nullable: true, description: 'The viewer’s open sessions, most recently used first.' })
  sessions(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<OwnSession>> {
    return this.dependencies.sessions.list(context.requireSignedIn(), page);
  }

  @Authorized()
  @FieldResolver(() => PrivacySettings, { nullable: true, description: 'The viewer’s privacy settings.' })
  privacySettings(@Ctx() context: RequestContext): Promise<PrivacySettingsOfUser> {
    return this.dependencies.users.privacySettingsOf(context.requireSignedIn().userId);
  }
}

@Resolver(() => User)
export class UserResolver {
  constructor(private readonly dependencies: UserResolverDependencies) {}

  @FieldResolver(() => Image, { nullable: true, description: 'The user’s avatar. Null if they have none.' })
  avatar(@Root() { avatar, avatarUrl }: PublicUser, @Ctx() context: RequestContext): Promise<ShownImage | null> {
    return this.dependencies.images.firstShown(context, avatar, avatarUrl);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The user’s ID in another system, unique within its source. Null if there is none, and for everyone but the user, administrators and API keys with a scope for users.',
  })
  async externalId(@Root() { _id }: PublicUser, @Ctx() context: RequestContext): Promise<string | null> {
    return (await this.externalIdentity(_id, context))?.externalId ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The system that `externalId` belongs to. Null if there is no `externalId`.',
  })
  async source(@Root() { _id }: PublicUser, @Ctx() context: RequestContext): Promise<string | null> {
    return (await this.externalIdentity(_id, context))?.externalSource ?? null;
  }

  private async externalIdentity(user: Types.ObjectId, context: RequestContext) {
    return mayIdentify(context, user) ? context.load(this.dependencies.loaders.externalIdentityOf, user) : null;
  }

  @Cost({ weight: 100 })
  @ChecksInput((input: SignUpInput) => signUpRules(input).check())
  @Mutation(() => SessionPayload, {
    description:
      'Creates an account and signs in. Sends a link to confirm the email address. The result is the same if another account already has the address; its owner is then told by email.',
  })
  signUp(@Arg('input', () => SignUpInput, { description: 'The account to create.' }) input: SignUpInput, @Ctx() context: RequestContext) {
    return payload(async () =>
      keptInCookie(context, await this.dependencies.accounts.signUp(input, context.userAgent, context.acceptLanguage)),
    );
  }

  @Cost({ weight: 100 })
  @Mutation(() => SessionPayload, { description: 'Signs in and opens a session.' })
  signIn(
    @Arg('input', () => SignInInput, { description: 'The account’s email address and password.' }) input: SignInInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () =>
      keptInCookie(context, await this.dependencies.accounts.signIn(input.email, input.password, context.userAgent)),
    );
  }

  @Mutation(() => SessionPayload, {
    description:
      'Exchanges a refresh token for new tokens. For 20 seconds, the same token gives the same new tokens, so that several tabs can refresh at once. Using it again after that ends the session.',
  })
  refreshSession(
    @Arg('input', () => RefreshSessionInput, { description: 'The refresh token to exchange.' }) input: RefreshSessionInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      const token = input.refreshToken ?? context.refreshCookie?.read();
      if (token === undefined || token === null) throw broken('REQUIRED', 'Send the refresh token.', 'refreshToken');
      return keptInCookie(context, await this.dependencies.sessions.refresh(token));
    });
  }

  @Authorized()
  @Cost({ weight: 100 })
  @ChecksInput(({ newPassword }: ChangePasswordInput) => lengthRules(newPassword, 'newPassword').check())
  @Mutation(() => ChangePasswordPayload, { description: 'Changes the viewer’s password and ends all of their other sessions.' })
  changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The current password and the new one.' }) input: ChangePasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      await this.dependencies.accounts.changePassword(context.requireSignedIn(), input.currentPassword, input.newPassword);
      return { changed: true };
    });
  }

  @Cost({ weight: 100 })
  @Mutation(() => RequestPasswordResetPayload, {
    description: 'Sends a link to set a new password. The result is the same whether or not an account has the address.',
  })
  requestPasswordReset(
    @Arg('input', () => RequestPasswordResetInput, { description: 'The account to reset the password of.' })
    { email }: RequestPasswordResetInput,
  ) {
    return payload(async () => {
      await this.dependencies.accounts.requestPasswordReset(email);
      return { requested: true };
    });
  }

  @Cost({ weight: 100 })
  @ChecksInput(({ newPassword }: ResetPasswordInput) => lengthRules(newPassword, 'newPassword').check())
  @Mutation(() => ResetPasswordPayload, {
    description: 'Sets a new password with the token from an email, and ends all of the account’s sessions.',
  })
  resetPassword(@Arg('input', () => ResetPasswordInput, { description: 'The token and the new password.' }) input: ResetPasswordInput) {
    return payload(async () => {
      await this.dependencies.accounts.resetPassword(input.token, input.newPassword);
      return { reset: true };
    });
  }

  @Authorized()
  @Cost({ weight: 100 })
  @ChecksInput(({ email }: ChangeEmailInput) => emailRules(email).check())
  @Mutation(() => ChangeEmailPayload, {
    description:
      'Sends a link to a new email address to confirm it. Until then the account keeps its current address, which is told of the change. The result is the same whether or not another account has the address.',
  })
  changeEmail(
    @Arg('input', () => ChangeEmailInput, { description: 'The new address.' }) { email, password }: ChangeEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      await this.dependencies.accounts.changeEmail(context.requireSignedIn(), email, password);
      return { requested: true };
    });
  }

  @Mutation(() => ConfirmEmailPayload, { description: 'Confirms an email address with the token sent to it.' })
  confirmEmail(@Arg('input', () => ConfirmEmailInput, { description: 'The token from the email.' }) { token }: ConfirmEmailInput) {
    return payload(async () => {
      await this.dependencies.accounts.confirmEmail(token);
      return { confirmed: true };
    });
  }

  @Authorized()
  @Mutation(() => RevokeSessionPayload, {
    description: 'Ends one of the viewer’s sessions. Its tokens stop working and its open connections close.',
  })
  revokeSession(
    @Arg('input', () => RevokeSessionInput, { description: 'The session to end.' }) { sessionId }: RevokeSessionInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Session', sessionId, 'input.sessionId');
    return payload(async () => {
      const revoked = await this.dependencies.sessions.revoke(context.requireSignedIn().userId, id);
      if (!revoked) throw broken('NOT_FOUND', 'There is no such session.', 'sessionId');
      return { revoked };
    });
  }

  @Mutation(() => SignOutPayload, {
    description:
      'Signs out of this session, or of all of the viewer’s sessions. Their tokens stop working. With the refresh token in a cookie, no access token is needed.',
  })
  signOut(
    @Arg('input', () => SignOutInput, { description: 'Which sessions to end.' }) input: SignOutInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      const cookie = context.refreshCookie?.read();
      if (cookie && !context.signedIn && !input.everywhere) await this.dependencies.sessions.signOutWith(cookie);
      else await this.dependencies.sessions.signOut(context.requireSignedIn(), input.everywhere);
      context.refreshCookie?.clear();
      return { signedOut: true };
    });
  }

  @Authorized()
  @ChecksInput((input: UpdateProfileInput) => profileRules(input).check())
  @Mutation(() => UpdateProfilePayload, { description: 'Updates the viewer’s profile.' })
  updateProfile(
    @Arg('input', () => UpdateProfileInput, { description: 'The fields to change.' }) input: UpdateProfileInput,
    @Ctx() context: RequestContext,
  ) {
    const { avatarId, ...change } = input;
    const avatar = typeof avatarId === 'string' ? idOf('Image', avatarId, 'input.avatarId') : avatarId;
    return payload(async () => ({
      user: await this.dependencies.users.updateProfile(context.requireSignedIn().userId, { ...change, avatar }),
    }));
  }

  @Authorized()
  @Mutation(() => UpdatePrivacySettingsPayload, { description: 'Updates how the viewer’s activity may be used.' })
  updatePrivacySettings(
    @Arg('input', () => UpdatePrivacySettingsInput, { description: 'The fields to change.' }) input: UpdatePrivacySettingsInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => ({
      privacySettings: await this.dependencies.users.updatePrivacySettings(context.requireSignedIn().userId, input),
    }));
  }
}
