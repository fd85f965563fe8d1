export { type InteractionDocument } from './behaviour.model.js';
export { BehaviourResolver } from './behaviour.resolver.js';
export {
  allInteractions,
  historiesOf,
  historyOf,
  importInteractions,
  interactionsChangedSince,
  noteInteractions,
  sessionOf,
  sharersOf,
  trending,
} from './behaviour.service.js';
