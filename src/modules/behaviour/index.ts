export { type InteractionDocument } from './behaviour.model.js';
export { BehaviourResolver } from './behaviour.resolver.js';
export { allInteractions, historyOf, importInteractions, noteInteractions, trending } from './behaviour.service.js';
