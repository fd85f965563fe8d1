export { message, toMessage, type Message, type MessageText } from './message.js';
export { languageOf, listOf, translate, type Language } from './translate.js';
