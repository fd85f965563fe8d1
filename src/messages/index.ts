export { message, toMessage, type Message, type MessageText, type MessageValues } from './message.js';
export { languageOf, languages, listOf, translate, type Language } from './translate.js';
