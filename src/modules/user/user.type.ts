import { GraphQLURL } from 'graphql-scalars';
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../../relay/node.js';
import { Payload } from '../../relay/payload.js';

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
export class User extends Node {
  @Field(() => String, { description: 'Unique, as in `@handle`; letters, digits and underscores.' })
  handle!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What they say of themselves.' })
  bio!: string | null;

  @Field(() => GraphQLURL, { nullable: true, description: 'Their picture.' })
  avatarUrl!: string | null;

  @Field(() => [UserRole], { description: 'What they may do.' })
  roles!: UserRole[];

  @Field(() => Date, { description: 'When they signed up.' })
  createdAt!: Date;
}

@ObjectType({
  description:
    'The shop as the one who asks sees it. It is there for strangers too; private fields exist only here, so they can only ever show their owner’s data.',
})
export class Viewer {
  @Field(() => User, { nullable: true, description: 'Who is signed in; null for a stranger.' })
  user!: User | null;
}

@InputType({ description: 'A new account.' })
export class SignUpInput {
  @Field(() => String, { description: 'Used to sign in; never shown to others.' })
  email!: string;

  @Field(() => String, { description: 'At least 8 characters.' })
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
  @Field(() => String, { description: 'The latest refresh token; each is good once.' })
  refreshToken!: string;
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

  @Field(() => GraphQLURL, { nullable: true, description: 'A picture; null clears it.' })
  avatarUrl?: URL | null;
}

@ObjectType({ description: 'What one has decided about the use of what one does.' })
export class PrivacySettings {
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

@ObjectType({ implements: Payload, description: 'The changed privacy settings.' })
export class UpdatePrivacySettingsPayload extends Payload {
  @Field(() => PrivacySettings, { nullable: true, description: 'The settings, as changed.' })
  privacySettings!: PrivacySettings | null;
}

@ObjectType({ implements: Payload, description: 'An open session.' })
export class SessionPayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: 'Send it as `Authorization: Bearer …`, or in `connection_init`. Good for 15 minutes.',
  })
  accessToken!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the access token ends.' })
  accessTokenExpiresAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Exchange it with `refreshSession`. Good for 30 days, and once.' })
  refreshToken!: string | null;

  @Field(() => User, { nullable: true, description: 'Who is signed in.' })
  user!: User | null;
}

@ObjectType({ implements: Payload, description: 'The answer to signing out.' })
export class SignOutPayload extends Payload {
  @Field(() => Boolean, { description: 'Whether the session has ended.' })
  signedOut!: boolean;
}

@ObjectType({ implements: Payload, description: 'The changed profile.' })
export class UpdateProfilePayload extends Payload {
  @Field(() => User, { nullable: true, description: 'The user, as changed.' })
  user!: User | null;
}
