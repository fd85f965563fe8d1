import { Field, Float, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { From, ObjectType } from '../../relay/output.js';
import type { SimilarUserEntry } from './similarity.service.js';

export enum SimilarityMetric {
  COSINE = 'COSINE',
  EUCLIDEAN = 'EUCLIDEAN',
  JACCARD = 'JACCARD',
}

registerEnumType(SimilarityMetric, {
  name: 'SimilarityMetric',
  description: 'Metric of the similarity of two users, 0 to 1.',
  valuesConfig: {
    COSINE: { description: 'Cosine of the angle between their ratings: proportions count, amounts do not.' },
    EUCLIDEAN: { description: '1 / (1 + d), with the distance d between their ratings.' },
    JACCARD: { description: 'Jaccard index: products both users rated, divided by products either did.' },
  },
});

@ObjectType({ description: 'A user and their similarity to the viewer.' })
export class SimilarUser extends From<SimilarUserEntry> {
  @Field(() => Float, { description: 'Similarity by the chosen metric, from 0 (nothing in common) to 1 (identical).' })
  similarity!: number;
}

export const SimilarUserConnection = connectionType(SimilarUser, 'SimilarUser');
