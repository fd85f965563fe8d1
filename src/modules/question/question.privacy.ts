/** What questions and answers hold on a user, for exports and erasures. */
import { registerOwnedDocuments } from '../user/index.js';
import { registerPersonalData } from '../user/index.js';
import { AnswerModel, AnswerVoteModel, QuestionModel } from './question.model.js';
import { termsOf } from './similar-questions.js';

registerPersonalData({
  name: 'questions',
  collect: (author) => QuestionModel.find({ author }, { terms: 0 }).lean(),
  async erase({ session, user, ghost, redact }) {
    const asked = await QuestionModel.find({ author: user }, { body: 1 }).session(session).lean();
    for (const { _id, body } of asked) {
      const redacted = redact(body);
      await QuestionModel.updateOne({ _id }, { $set: { author: ghost, body: redacted, terms: termsOf(redacted) } }, { session });
    }
  },
});
registerOwnedDocuments({ name: 'answers', model: AnswerModel, owner: 'author', erase: 'ANONYMISE', texts: ['body'] });
registerOwnedDocuments({ name: 'answerVotes', model: AnswerVoteModel, owner: 'voter', erase: 'ANONYMISE' });
