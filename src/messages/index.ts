export { message, toMessage, type Message, type MessageText } from './message.js';
export { languageAmong, languageOf, languages, listOf, translate, type Language } from './translate.js';
