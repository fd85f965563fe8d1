export { recordChange, type Change } from './change.js';
export { encodeEventCursor, type LoggedEvent } from './event-log.js';
export { subscribeTo } from './topic-stream.js';
