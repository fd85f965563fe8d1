/** Who follows whom as whoever reads all of it does, also from a thread of its own. */
import type { mongo } from 'mongoose';
import type { FollowDocument } from './social-graph.model.js';

export function allFollows(db: mongo.Db): AsyncIterable<Pick<FollowDocument, 'follower' | 'followee'>> {
  return db.collection('follows').find<FollowDocument>({}, { projection: { follower: 1, followee: 1 }, batchSize: 1000 });
}
