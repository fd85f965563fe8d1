export { retallyProducts } from './product-rating.js';
export { ProductJsonLdResolver } from './product-json-ld.js';
export { reviewById } from './review.loader.js';
export { ReviewModel, type ReviewDocument } from './review.model.js';
export { ProductReviewsResolver, ReviewResolver, UserReviewsResolver } from './review.resolver.js';
export { allReviews, authorOfReview, importReviews, releaseReview, showReview } from './review.service.js';
export { Review } from './review.type.js';
