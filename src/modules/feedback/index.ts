export {
  MerchantFeedbackResolver,
  MerchantFeedbackSummaryResolver,
  ProductFeedbackCountResolver,
  ViewerFeedbackResolver,
} from './feedback.resolver.js';
