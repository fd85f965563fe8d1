/** What the three kinds of suggestions have in common. */
import type { Types } from 'mongoose';

export const suggestionReasonKinds = [
  'SAME_TASTE',
  'FOLLOWED_BY',
  'FOLLOWED',
  'BOUGHT',
  'REVIEWED',
  'ANSWERED',
  'TOPIC',
  'HELPFUL',
] as const;
export type SuggestionReasonKind = (typeof suggestionReasonKinds)[number];

export interface SuggestionReason {
  kind: SuggestionReasonKind;
  products: Types.ObjectId[];
  users: Types.ObjectId[];
  topics: string[];
}

/** Something suggested, and why. */
export interface Suggestion {
  id: Types.ObjectId;
  /** The higher the better; comparable within one list only. */
  score: number;
  /** The strongest first. */
  reasons: SuggestionReason[];
}

export const maxNamed = 3;

export function reason(kind: SuggestionReasonKind, named: Partial<Omit<SuggestionReason, 'kind'>> = {}): SuggestionReason {
  return { kind, products: [], users: [], topics: [], ...named };
}

/** Best first; ids decide among equals, so that pages stay where they are. */
export function bestFirst(suggestions: Iterable<Suggestion>, limit: number): Suggestion[] {
  return [...suggestions].sort((a, b) => b.score - a.score || a.id.toHexString().localeCompare(b.id.toHexString())).slice(0, limit);
}
