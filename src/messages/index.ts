export { message, toMessage, type Message, type MessageText } from './message.js';
export { languageOf, languages, listOf, translate, type Language } from './translate.js';
