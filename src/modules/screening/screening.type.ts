import { Field, Float, Int } from 'type-graphql';
import { From, ObjectType } from '../../relay/output.js';
import type { SpamClassifierDocument } from './screening.model.js';

@ObjectType({
  description: 'A version of the spam classifier, which learns from moderators’ decisions which texts of new accounts they hide.',
})
export class SpamClassifier extends From<SpamClassifierDocument> {
  @Field(() => Date, { description: 'When this version was trained.' })
  createdAt!: Date;

  @Field(() => Int, { description: 'Number of decisions it learnt from.' })
  decisionCount!: number;

  @Field(() => Int, {
    description:
      'Number of texts it learnt from: those that moderators decided about, and those that stayed visible for a day without a decision.',
  })
  exampleCount!: number;

  @Field(() => Float, {
    description: 'Share of the texts it would hold that moderators hid, in cross-validation. Below 0.8, it holds nothing.',
  })
  precision!: number;

  @Field(() => Float, { description: 'Share of the texts moderators hid that it would hold, in cross-validation.' })
  recall!: number;
}
