export { shareProduct } from './share.service.js';
export { ShareLinks } from './share-links.js';
export { ShareModel, type ShareDocument } from './share.model.js';
export { shareById, ShareResolver, ViewerSharesResolver, visibleShare } from './share.resolver.js';
export { authorOfShare, releaseShare, showShare } from './share.service.js';
export { Share } from './share.type.js';
