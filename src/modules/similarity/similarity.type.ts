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
  description: 'How the likeness of two users is measured, always from 0 to 1.',
  valuesConfig: {
    COSINE: { description: 'By the angle between what they did: proportions count, amounts do not.' },
    EUCLIDEAN: { description: 'By the distance d between what they did, as 1 / (1 + d).' },
    JACCARD: { description: 'By the share of products that both had to do with, among all of either.' },
  },
});

@ObjectType({ description: 'A user, and how like oneself they are.' })
export class SimilarUser extends From<SimilarUserEntry> {
  @Field(() => Float, { description: '0 (nothing alike) to 1 (the same), by the chosen metric.' })
  similarity!: number;
}

export const SimilarUserConnection = connectionType(SimilarUser, 'SimilarUser');
