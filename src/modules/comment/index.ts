export { commentById } from './comment.loader.js';
export { Comment } from './comment.type.js';
export { type CommentDocument } from './comment.model.js';
export {
  AnswerCommentsResolver,
  CommentResolver,
  ProductCommentsResolver,
  ReviewCommentsResolver,
  ShareCommentsResolver,
} from './comment.resolver.js';
export { addComment, authorOfComment, importComments, releaseComment, showComment } from './comment.service.js';
