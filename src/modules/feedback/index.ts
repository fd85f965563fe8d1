export {
  MerchantFeedbackResolver,
  MerchantFeedbackSummaryResolver,
  ProductFeedbackCountResolver,
  ViewerFeedbackResolver,
} from './feedback.resolver.js';
export { sendMerchantFeedback } from './feedback.service.js';
