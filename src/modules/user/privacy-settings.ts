/** What users decide about the use of what they do. */
import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { UserModel } from './user.model.js';

export interface PrivacyChoices {
  suggestToOthers: boolean;
  personalise: boolean;
}

export async function privacySettingsOf(user: Types.ObjectId): Promise<PrivacyChoices> {
  const found = await UserModel.findById(user, { hiddenFromSuggestions: 1, withoutPersonalisation: 1 }).lean();
  return { suggestToOthers: !found?.hiddenFromSuggestions, personalise: !found?.withoutPersonalisation };
}

export async function updatePrivacySettings(
  user: Types.ObjectId,
  { suggestToOthers, personalise }: { suggestToOthers?: boolean | null; personalise?: boolean | null },
): Promise<PrivacyChoices> {
  const change = {
    ...(typeof suggestToOthers === 'boolean' && { hiddenFromSuggestions: !suggestToOthers }),
    ...(typeof personalise === 'boolean' && { withoutPersonalisation: !personalise }),
  };
  await UserModel.updateOne({ _id: user }, { $set: change });
  return privacySettingsOf(user);
}

/** Whether a user may be shown to others as someone like them; null for those who are not there. */
export const isSuggestible: LoaderDefinition<Types.ObjectId, boolean> = {
  cacheKey: (user) => user.toHexString(),
  async batch(users) {
    const found = await UserModel.find({ _id: { $in: users } }, { hiddenFromSuggestions: 1, bannedAt: 1 }).lean();
    const byKey = new Map(found.map((user) => [user._id.toHexString(), !user.hiddenFromSuggestions && !user.bannedAt]));
    return users.map((user) => byKey.get(user.toHexString()) ?? null);
  },
};

/** Everybody who opted out of personalisation, for training. */
export async function usersWithoutPersonalisation(): Promise<ReadonlySet<string>> {
  const found = await UserModel.find({ withoutPersonalisation: true }, { _id: 1 }).lean();
  return new Set(found.map(({ _id }) => _id.toHexString()));
}
