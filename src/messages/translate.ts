/** Says messages in the viewer's language. */
import { IntlMessageFormat } from 'intl-messageformat';
import Negotiator from 'negotiator';
import { chinese } from './chinese.js';
import { german } from './german.js';
import type { Message, MessageText } from './message.js';
import { spanish } from './spanish.js';

const translations = { de: german, es: spanish, zh: chinese } as const;

export type Language = 'en' | keyof typeof translations;

export const languages: readonly Language[] = ['en', 'de', 'es', 'zh'];

/** @param accepted an `Accept-Language` header. @returns the language it prefers among ours, or English */
export function languageOf(accepted: string | undefined): Language {
  return languageAmong(languages, accepted);
}

/** The same among languages that somebody else speaks, English with them. */
export function languageAmong<Spoken extends string>(spoken: readonly Spoken[], accepted: string | undefined): Spoken | 'en' {
  if (!accepted) return 'en';
  const [preferred] = new Negotiator({ headers: { 'accept-language': accepted } }).languages([...spoken]);
  return (preferred as Spoken | undefined) ?? 'en';
}

const formats = new Map<string, IntlMessageFormat>();

export function translate({ text, values }: Message, language: Language): string {
  return formatOf(text, language).format(values) as string;
}

/** There are as many as messages and languages, so that all may be kept. */
function formatOf(text: MessageText, language: Language): IntlMessageFormat {
  const key = `${language}:${text}`;
  let format = formats.get(key);
  if (!format) {
    const pattern = language === 'en' ? text : translations[language][text];
    format = new IntlMessageFormat(pattern, language);
    formats.set(key, format);
  }
  return format;
}

/** Names as a list, such as "A, B and C". */
export function listOf(names: readonly string[], language: Language): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
}
