import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, InputType, Int, registerEnumType } from 'type-graphql';
import { field, From, ObjectType, payloadType } from '../../../relay/output.js';
import type { TrainingData } from '../training/training-data.js';
import type { SnapshotDocument } from '../training/training.model.js';

@ObjectType({ description: 'One model of the blend.' })
export class BlendedModel extends From<SnapshotDocument['models'][number]> {
  @Field(() => String, { description: 'Which model.' })
  name!: string;

  @Field(() => Float, { description: 'How much it counts, as learnt on held-out data; 0 where it adds nothing.' })
  weight!: number;
}

@ObjectType({ description: 'What the training left out of what was collected, and why.' })
export class PreprocessingReport extends From<TrainingData['report']> {
  @Field(() => Int, { description: 'The version of the rules.' })
  version!: number;

  @Field(() => Int, { name: 'interactionCount', description: 'How many pairs of user and product were collected.' })
  interactions!: number;

  @Field(() => Int, { name: 'observationCount', description: 'How many of them the models learnt from.' })
  observations!: number;

  @Field(() => Int, { name: 'botCount', description: 'How many users look like machines.' })
  bots!: number;

  @Field(() => Int, { name: 'botInteractionCount', description: 'How many interactions went with them.' })
  ofBots!: number;

  @Field(() => Int, { name: 'extremeUserCount', description: 'How many users have more interactions than any person.' })
  extremes!: number;

  @Field(() => Int, { name: 'extremeInteractionCount', description: 'How many of their oldest interactions were left out.' })
  ofExtremes!: number;

  @Field(() => Int, {
    name: 'uniformRatingCount',
    description: 'How many ratings were not believed, because their authors rate everything the same.',
  })
  uniformRatings!: number;

  @Field(() => Int, { name: 'emptyInteractionCount', description: 'How many interactions say nothing.' })
  empty!: number;

  @Field(() => Int, {
    name: 'optedOutInteractionCount',
    description: 'How many interactions are of users who opted out of personalisation.',
  })
  optedOut!: number;

  @Field(() => Int, { name: 'unknownProductInteractionCount', description: 'How many interactions are with products that are gone.' })
  unknownProducts!: number;
}

@ObjectType({ description: 'How the recommender stands.' })
export class RecommenderStatus {
  @Field(() => String, { nullable: true, description: 'The version that answers now; null before the first training.' })
  modelVersion!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it was trained.' })
  trainedAt!: Date | null;

  @Field(() => Int, { name: 'userCount', nullable: true, description: 'How many users it learnt from.' })
  users!: number | null;

  @Field(() => Int, { name: 'productCount', nullable: true, description: 'How many products it knows.' })
  products!: number | null;

  @Field(() => Int, { name: 'observationCount', nullable: true, description: 'How many pairs of user and product it learnt from.' })
  observations!: number | null;

  @Field(() => [BlendedModel], { description: 'The models it blends.' })
  models!: BlendedModel[];

  @Field(() => PreprocessingReport, {
    nullable: true,
    description: 'What was left out of its training, and why; null before the first training.',
  })
  preprocessing!: PreprocessingReport | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'Its hyper-parameters, by model; null before the first training.' })
  parameters!: object | null;

  @Field(() => Boolean, { description: 'Whether a training runs now.' })
  training!: boolean;

  @Field(() => Float, { description: 'How far the running training is, 0 to 1; 1 while none runs.' })
  progress!: number;
}

export enum TrainingAction {
  START = 'START',
  CANCEL = 'CANCEL',
}

registerEnumType(TrainingAction, {
  name: 'TrainingAction',
  description: 'What to do about training.',
  valuesConfig: {
    START: { description: 'Begin one, unless one runs.' },
    CANCEL: { description: 'End the one that runs in the process that answers; the model that serves goes on serving.' },
  },
});

@InputType({ description: 'A training of the recommender.' })
export class TrainRecommenderInput {
  @Field(() => TrainingAction, { nullable: true, defaultValue: TrainingAction.START, description: 'What to do.' })
  action!: TrainingAction;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'With START: whether to answer only when it is done.' })
  wait!: boolean;
}

export const TrainRecommenderPayload = payloadType('TrainRecommenderPayload', 'The training that runs now, or has just ended.', {
  recommenderStatus: field(() => RecommenderStatus, 'How the recommender stands.'),
});
