import { nameOf, ratingOn, Rejected, timeOf, type Format, type ImportedRating } from '../record.js';

const scale = { least: 1, most: 5 };

type Json = Record<string, unknown>;

/** One JSON object a line, with the names of either generation of the Amazon review data sets. */
export const amazonReviews: Format = {
  scale,
  category: 'Imported products',
  header: false,
  ratings: () => (line) => {
    const review = parse(line);
    return {
      user: nameOf('reviewerID or user_id', review['reviewerID'] ?? review['user_id']),
      product: nameOf('asin or parent_asin', review['parent_asin'] ?? review['asin']),
      rating: ratingOn(scale, review['overall'] ?? review['rating']),
      title: textOf('title', review['summary'] ?? review['title'], 200),
      body: textOf('text', review['reviewText'] ?? review['text'], 10_000),
      helpful: helpfulOf(review),
      verified: review['verified'] === true || review['verified_purchase'] === true,
      at: timeOf(review['unixReviewTime'] ?? review['timestamp']),
      ...(typeof review['reviewerName'] === 'string' && { userName: review['reviewerName'].slice(0, 100) }),
    };
  },
};

function parse(line: string): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new Rejected('this is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Rejected('this is not a JSON object');
  return parsed as Json;
}

function textOf(what: string, value: unknown, most: number): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Rejected(`the ${what} is not text`);
  if (value.length > most) throw new Rejected(`the ${what} is longer than ${most} characters`);
  return value;
}

/** `helpful: [up, all]`, `helpful_vote: up` or `vote: "1,234"`. */
function helpfulOf(review: Json): number {
  const { helpful, helpful_vote: votes, vote } = review;
  const count = Array.isArray(helpful)
    ? Number(helpful[0])
    : Number(votes ?? (typeof vote === 'string' ? vote.replaceAll(',', '') : (vote ?? 0)));
  if (!Number.isInteger(count) || count < 0) throw new Rejected('the helpful votes are not a number');
  return count;
}

/** A review as a line of the same format, which the parser above reads back. */
export function amazonLine({ user, userName, product, rating, title, body, helpful, verified, at }: ImportedRating): string {
  const review = {
    reviewerID: user,
    reviewerName: userName,
    asin: product,
    overall: rating,
    summary: title,
    reviewText: body,
    helpful_vote: helpful,
    verified,
    unixReviewTime: at && at.getTime() / 1000,
  };
  return `${JSON.stringify(review)}\n`;
}
