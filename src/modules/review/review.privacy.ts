/** What reviews hold on a user, for exports and erasures. */
import { registerOwnedDocuments, registerPersonalData } from '../user/index.js';
import { ReviewModel, ReviewRevisionModel, ReviewVoteModel, type ReviewDocument } from './review.model.js';

registerOwnedDocuments({ name: 'reviews', model: ReviewModel, owner: 'author', erase: 'ANONYMISE', texts: ['title', 'body'] });
registerOwnedDocuments({ name: 'reviewVotes', model: ReviewVoteModel, owner: 'voter', erase: 'ANONYMISE' });
registerOwnedDocuments({ name: 'earlierVersionsOfReviews', model: ReviewRevisionModel, owner: 'author', erase: 'DELETE' });
registerPersonalData({
  name: 'responsesToReviews',
  collect: (merchant) => ReviewModel.find({ 'response.by': merchant }, { product: 1, response: 1 }).lean(),
  async erase({ session, user, ghost, redact }) {
    const answered = (await ReviewModel.find({ 'response.by': user }, { response: 1 }).session(session).lean()) as Pick<
      ReviewDocument,
      '_id' | 'response'
    >[];
    for (const { _id, response } of answered)
      await ReviewModel.updateOne({ _id }, { $set: { 'response.body': redact(response!.body), 'response.by': ghost } }, { session });
  },
});
