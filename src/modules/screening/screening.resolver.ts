import { Authorized, Resolver } from 'type-graphql';
import { Query } from '../../relay/output.js';
import type { LearntScreening } from './learnt-screening.js';
import type { SpamClassifierDocument } from './screening.model.js';
import { SpamClassifier } from './screening.type.js';

@Resolver()
export class ScreeningResolver {
  constructor(private readonly learnt: LearntScreening) {}

  @Authorized('MODERATOR', 'ADMIN')
  @Query(() => SpamClassifier, {
    nullable: true,
    description:
      'What spam screening has learnt from moderators’ decisions. Null until they have decided about enough texts. Requires the role `MODERATOR`.',
  })
  spamClassifier(): SpamClassifierDocument | null {
    return this.learnt.current;
  }
}
