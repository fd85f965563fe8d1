/** Sentences for people. A message is its English text, in ICU syntax, and the values that it names. */
import type { german } from './german.js';

export type MessageText = keyof typeof german;

type MessageValues = Readonly<Record<string, string | number>>;

export interface Message {
  readonly text: MessageText;
  readonly values?: MessageValues;
}

/** A message that names values, such as the limit that was exceeded. */
export function message(text: MessageText, values: MessageValues): Message {
  return { text, values };
}

/** A text without values is a message too. */
export function toMessage(message: MessageText | Message): Message {
  return typeof message === 'string' ? { text: message } : message;
}
