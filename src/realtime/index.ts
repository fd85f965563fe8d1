export type { Announcements } from './announcements.js';
export { encodeEventCursor, endOf, endOfStream, type EventEntry, type LoggedEvent } from './event-log.js';
export { HiddenAuthors, hiddenAuthorsTopic } from './hidden-authors.js';
export { accountTopic, Realtime, type Change } from './realtime.js';
export { allDone, TopicFeeds, type Follower, type TopicFeed } from './topic-feed.js';
export { subscribeTo, TopicSource, type StreamSubject } from './topic-source.js';
export { Turns } from './turns.js';
