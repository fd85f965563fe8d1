import { Field, Float, Int } from 'type-graphql';
import { From, ObjectType } from '../../relay/output.js';
import type { SpamClassifierDocument } from './screening.model.js';

@ObjectType({
  description: 'A version of what was learnt from moderators’ decisions: which texts of new accounts they take out of sight.',
})
export class SpamClassifier extends From<SpamClassifierDocument> {
  @Field(() => Date, { description: 'When it was trained.' })
  createdAt!: Date;

  @Field(() => Int, { description: 'Number of decisions it learnt from.' })
  decisionCount!: number;

  @Field(() => Int, { description: 'Number of texts it learnt from: decided ones, and ones that stayed undisputed for a day.' })
  exampleCount!: number;

  @Field(() => Float, {
    description: 'Share of the texts it would hold that moderators took out of sight, in cross-validation. Below 0.8 it holds nothing.',
  })
  precision!: number;

  @Field(() => Float, { description: 'Share of the texts that moderators took out of sight that it would hold, in cross-validation.' })
  recall!: number;
}
