import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { FeedbackDocument, FeedbackModels } from './feedback.model.js';

export interface FeedbackLoaders {
  feedbackById: LoaderDefinition<Types.ObjectId, FeedbackDocument>;
}

export function feedbackLoaders({ feedback }: FeedbackModels): FeedbackLoaders {
  return { feedbackById: byId<FeedbackDocument>(feedback) };
}
