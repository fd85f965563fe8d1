export { type CommentDocument } from './comment.model.js';
export { CommentResolver, ProductCommentsResolver, ReviewCommentsResolver } from './comment.resolver.js';
export { importComments } from './comment.service.js';
