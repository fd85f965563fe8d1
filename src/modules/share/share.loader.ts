import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { ShareDocument, ShareModels } from './share.model.js';

export interface ShareLoaders {
  shareById: LoaderDefinition<Types.ObjectId, ShareDocument>;
}

export function shareLoaders({ shares }: ShareModels): ShareLoaders {
  return { shareById: byId<ShareDocument>(shares) };
}
