export { announcements } from './announcements.js';
export { recordChange, type Change } from './change.js';
export { dropTopics, encodeEventCursor, reassignEvents, type LoggedEvent } from './event-log.js';
export { HiddenAuthors, hiddenAuthorsTopic } from './hidden-authors.js';
export { deliveryLag, eventsDelivered, subscribers, subscribersAdmitted, subscribersDropped, subscribersResumed } from './metrics.js';
export { TopicFeeds, type Follower, type TopicFeed } from './topic-feed.js';
export { announceSessionEnd, onSessionEnd, sessionTopic, subscribeTo, TopicSource } from './topic-source.js';
