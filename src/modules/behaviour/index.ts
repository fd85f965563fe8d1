export { type InteractionDocument } from './behaviour.model.js';
export { BehaviourResolver } from './behaviour.resolver.js';
export { allInteractions, historyOf, importInteractions, noteInteractions } from './behaviour.service.js';
