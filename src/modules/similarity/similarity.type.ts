import { Float, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { requiredField } from '../../relay/output.js';
import { User } from '../user/index.js';

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

export const SimilarUserConnection = connectionType(User, 'SimilarUser', {
  edge: { similarity: requiredField(() => Float, 'Similarity of the user to the viewer, 0 to 1 (same taste), by the chosen metric.') },
});
