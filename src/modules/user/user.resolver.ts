import { Arg, Authorized, Ctx, FieldResolver, Mutation, Query, Resolver } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { privacySettingsOf, updatePrivacySettings, type PrivacyChoices } from './privacy-settings.js';
import type { SessionService } from './session.service.js';
import { userById, type PublicUser } from './user.loader.js';
import { emailOf, findByHandle, updateProfile } from './user.service.js';
import {
  PrivacySettings,
  RefreshSessionInput,
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

registerNode('User', (id, context) => context.load(userById, id));

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'The shop as the one who asks sees it.' })
  viewer(): object {
    return {};
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who is signed in; null for a stranger.' })
  user(@Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return context.signedIn && context.load(userById, context.signedIn.userId);
  }

  @Authorized()
  @FieldResolver(() => String, { nullable: true, description: 'One’s own e-mail address; null for accounts without one.' })
  email(@Ctx() context: RequestContext): Promise<string | null> {
    return emailOf(context.requireSignedIn().userId);
  }

  @Authorized()
  @FieldResolver(() => PrivacySettings, { nullable: true, description: 'What one has decided about the use of what one does.' })
  privacySettings(@Ctx() context: RequestContext): Promise<PrivacyChoices> {
    return privacySettingsOf(context.requireSignedIn().userId);
  }
}

@Resolver(() => User)
export class UserResolver {
  constructor(private readonly sessions: SessionService) {}

  @Query(() => User, { nullable: true, description: 'A user by handle; null where there is none.' })
  user(@Arg('handle', () => String, { description: 'With or without the leading @.' }) handle: string): Promise<PublicUser | null> {
    return findByHandle(handle.replace(/^@/, ''));
  }

  @Cost({ weight: 100 })
  @Mutation(() => SessionPayload, { description: 'Opens an account and a session.' })
  signUp(@Arg('input', () => SignUpInput, { description: 'The account.' }) input: SignUpInput): Promise<object> {
    return payload(() => this.sessions.signUp(input));
  }

  @Cost({ weight: 100 })
  @Mutation(() => SessionPayload, { description: 'Opens a session.' })
  signIn(@Arg('input', () => SignInInput, { description: 'The credentials.' }) input: SignInInput): Promise<object> {
    return payload(() => this.sessions.signIn(input.email, input.password));
  }

  @Mutation(() => SessionPayload, { description: 'Exchanges a refresh token for fresh tokens. Using one twice ends the session.' })
  refreshSession(
    @Arg('input', () => RefreshSessionInput, { description: 'The refresh token.' }) input: RefreshSessionInput,
  ): Promise<object> {
    return payload(() => this.sessions.refresh(input.refreshToken));
  }

  @Authorized()
  @Mutation(() => SignOutPayload, { description: 'Ends this session, or all of one’s sessions. Their tokens stop working at once.' })
  signOut(
    @Arg('input', () => SignOutInput, { description: 'What to end.' }) input: SignOutInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return payload(async () => {
      await this.sessions.signOut(context.requireSignedIn(), input.everywhere);
      return { signedOut: true };
    });
  }

  @Authorized()
  @Mutation(() => UpdateProfilePayload, { description: 'Changes one’s own profile.' })
  updateProfile(
    @Arg('input', () => UpdateProfileInput, { description: 'What to change.' }) input: UpdateProfileInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return payload(async () => {
      const avatarUrl = input.avatarUrl instanceof URL ? input.avatarUrl.href : input.avatarUrl;
      return { user: await updateProfile(context.requireSignedIn().userId, { ...input, avatarUrl }) };
    });
  }

  @Authorized()
  @Mutation(() => UpdatePrivacySettingsPayload, { description: 'Decides about the use of what one does.' })
  updatePrivacySettings(
    @Arg('input', () => UpdatePrivacySettingsInput, { description: 'What to change.' }) input: UpdatePrivacySettingsInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return payload(async () => ({ privacySettings: await updatePrivacySettings(context.requireSignedIn().userId, input) }));
  }
}
