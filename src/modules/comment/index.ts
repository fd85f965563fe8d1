export { commentById } from './comment.loader.js';
export { Comment } from './comment.type.js';
export { type CommentDocument } from './comment.model.js';
export { CommentResolver, ProductCommentsResolver, ReviewCommentsResolver } from './comment.resolver.js';
export { authorOfComment, importComments, showComment } from './comment.service.js';
