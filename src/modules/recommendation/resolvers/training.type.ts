import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, InputType, Int, registerEnumType } from 'type-graphql';
import { field, From, ObjectType, payloadType } from '../../../relay/output.js';
import type { TrainingReport } from '../training/training-data.js';
import type { SnapshotDocument } from '../training/training.model.js';

@ObjectType({ description: 'A model that the recommender blends with others.' })
export class BlendedModel extends From<SnapshotDocument['models'][number]> {
  @Field(() => String, { description: 'Name of the model.' })
  name!: string;

  @Field(() => Float, { description: 'Weight in the blend, learnt on held-out data. 0 if the model adds nothing.' })
  weight!: number;
}

@ObjectType({ description: 'What preprocessing left out of the training, and why.' })
export class PreprocessingReport extends From<TrainingReport> {
  @Field(() => Int, { description: 'Version of the preprocessing rules.' })
  version!: number;

  @Field(() => Int, { name: 'interactionCount', description: 'Number of collected interactions: pairs of a user and a product.' })
  interactions!: number;

  @Field(() => Int, { name: 'observationCount', description: 'Number of interactions the models learnt from.' })
  observations!: number;

  @Field(() => Int, { name: 'botCount', description: 'Number of users that look like bots.' })
  bots!: number;

  @Field(() => Int, { name: 'botInteractionCount', description: 'Number of interactions left out because their users look like bots.' })
  ofBots!: number;

  @Field(() => Int, { name: 'extremeUserCount', description: 'Number of users with more interactions than the limit.' })
  extremes!: number;

  @Field(() => Int, {
    name: 'extremeInteractionCount',
    description: 'Number of interactions left out because their users have too many: the oldest ones above the limit.',
  })
  ofExtremes!: number;

  @Field(() => Int, {
    name: 'uniformRatingCount',
    description: 'Number of ratings ignored because their authors rate everything the same.',
  })
  uniformRatings!: number;

  @Field(() => Int, { name: 'emptyInteractionCount', description: 'Number of interactions that say nothing about taste.' })
  empty!: number;

  @Field(() => Int, {
    name: 'optedOutInteractionCount',
    description: 'Number of interactions of users who opted out of personalisation.',
  })
  optedOut!: number;

  @Field(() => Int, { name: 'unknownProductInteractionCount', description: 'Number of interactions with products that no longer exist.' })
  unknownProducts!: number;
}

@ObjectType({ description: 'State of the recommender.' })
export class RecommenderStatus {
  @Field(() => String, { nullable: true, description: 'Version of the model in use. Null before the first training.' })
  modelVersion!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the model was trained. Null before the first training.' })
  trainedAt!: Date | null;

  @Field(() => Int, {
    name: 'userCount',
    nullable: true,
    description: 'Number of users the model learnt from. Null before the first training.',
  })
  users!: number | null;

  @Field(() => Int, {
    name: 'productCount',
    nullable: true,
    description: 'Number of products the model knows. Null before the first training.',
  })
  products!: number | null;

  @Field(() => Int, {
    name: 'observationCount',
    nullable: true,
    description: 'Number of interactions the model learnt from: pairs of a user and a product. Null before the first training.',
  })
  observations!: number | null;

  @Field(() => [BlendedModel], { description: 'The blended models, each model once.' })
  models!: BlendedModel[];

  @Field(() => PreprocessingReport, {
    nullable: true,
    description: 'What preprocessing left out of the training. Null before the first training.',
  })
  preprocessing!: PreprocessingReport | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'Hyper-parameters by model. Null before the first training.' })
  parameters!: object | null;

  @Field(() => Boolean, { description: 'Whether a training is running.' })
  training!: boolean;

  @Field(() => Float, { description: 'Progress of the running training, 0 to 1. 1 if none is running.' })
  progress!: number;
}

export enum TrainingAction {
  START = 'START',
  EVALUATE = 'EVALUATE',
  CANCEL = 'CANCEL',
}

registerEnumType(TrainingAction, {
  name: 'TrainingAction',
  description: 'Action on the training.',
  valuesConfig: {
    START: { description: 'Starts a training. Has no effect while a training is running.' },
    EVALUATE: {
      description:
        'Evaluates the recommender: trains on all but the latest fifth of the data and measures how well it predicts the rest. The current model stays in use. Has no effect while a training is running.',
    },
    CANCEL: {
      description: 'Cancels the training or evaluation running in the process that handles the request. The current model stays in use.',
    },
  },
});

@InputType({ description: 'A training to start or cancel.' })
export class TrainRecommenderInput {
  @Field(() => TrainingAction, { nullable: true, defaultValue: TrainingAction.START, description: 'The action to take.' })
  action!: TrainingAction;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'With `START` and `EVALUATE`: whether to wait until it is done. One that takes longer than a connection may be idle, by default a minute, loses the connection and goes on: `recommenderStatus` tells when it ends.',
  })
  wait!: boolean;
}

export const TrainRecommenderPayload = payloadType('TrainRecommenderPayload', 'Result of starting or cancelling a training.', {
  recommenderStatus: field(() => RecommenderStatus, 'State of the recommender.'),
});
