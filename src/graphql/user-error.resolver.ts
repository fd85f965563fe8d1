import { Ctx, Resolver, Root } from 'type-graphql';
import type { BrokenRule } from '../errors.js';
import { translate } from '../messages/index.js';
import type { RequestContext } from '../relay/context.js';
import { FieldResolver, UserError, UserErrorParams } from '../relay/output.js';

@Resolver(() => UserError)
export class UserErrorResolver {
  @FieldResolver(() => String, { description: 'Message to display, in the viewer’s language.' })
  message(@Root() { message }: BrokenRule, @Ctx() { language }: RequestContext): string {
    return translate(message, language);
  }

  @FieldResolver(() => UserErrorParams, { nullable: true, description: 'Limits that the input exceeded. Null for rules without limits.' })
  params(@Root() { message }: BrokenRule): UserErrorParams | null {
    const { min, max } = message.values ?? {};
    if (min === undefined && max === undefined) return null;
    return { min: (min as number | undefined) ?? null, max: (max as number | undefined) ?? null };
  }
}
