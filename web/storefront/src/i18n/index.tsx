/** The shop’s languages: texts, numbers, money and times. Each language is loaded when it is needed. */
import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react';
import { fractionDigits } from '../currency';
import { stored } from '../storage';
import { en, type Messages } from './en';

export const languages = {
  en: { name: 'English', load: async (): Promise<Messages> => en },
  de: { name: 'Deutsch', load: () => import('./de').then(({ de }) => de) },
  es: { name: 'Español', load: () => import('./es').then(({ es }) => es) },
  zh: { name: '中文', load: () => import('./zh').then(({ zh }) => zh) },
  ar: { name: 'العربية', load: () => import('./ar').then(({ ar }) => ar) },
} as const satisfies Record<string, { name: string; load: () => Promise<Messages> }>;

export type Language = keyof typeof languages;
type Values = Record<string, string | number>;

const rightToLeft: ReadonlySet<Language> = new Set<Language>(['ar']);
const chosen = stored<Language | null>('plaza.language', null);
const listeners = new Set<() => void>();
let current: { language: Language; messages: Messages } = { language: 'en', messages: en };

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag);
}

/** The chosen language, or the first of the browser’s that the shop speaks. */
export function currentLanguage(): Language {
  const wanted = chosen.get();
  if (wanted && isLanguage(wanted)) return wanted;
  return navigator.languages.map((tag) => tag.split('-')[0]!).find(isLanguage) ?? 'en';
}

export async function loadLanguage(): Promise<void> {
  const language = currentLanguage();
  current = { language, messages: await languages[language].load() };
  document.documentElement.lang = language;
  document.documentElement.dir = rightToLeft.has(language) ? 'rtl' : 'ltr';
  for (const listener of listeners) listener();
}

/** The browser loads what it formats numbers by when the first one is, which takes longer than anything else that a page shows. */
export function prepareFormats(): void {
  new Intl.NumberFormat(current.language);
}

export function chooseLanguage(language: Language): Promise<void> {
  chosen.set(language);
  return loadLanguage();
}

const Context = createContext(current);

export function I18nProvider({ children }: { children: ReactNode }) {
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return <Context value={useSyncExternalStore(subscribe, () => current)}>{children}</Context>;
}

export type Translate = (key: keyof Messages, values?: Values) => string;

export function useI18n() {
  const { language, messages } = useContext(Context);
  const t: Translate = (key, values = {}) => fill(formOf(messages[key], language, values), language, values);
  return {
    language,
    t,
    number: (value: number, digits = 0): string =>
      new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value),
    money: ({ amountMinor, currency }: { amountMinor: number; currency: string }): string => money(amountMinor, currency, language),
    date: (time: string): string => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(time)),
    ago: (time: string): string => ago(time, language),
  };
}

/** `one|other`: the forms of a count, in the order of the language’s plural categories. */
function formOf(text: string, language: Language, { n }: Values): string {
  const forms = text.split('|');
  if (forms.length === 1 || typeof n !== 'number') return text;
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  const order = ['zero', 'one', 'two', 'few', 'many', 'other'].filter((category) => (pluralCategories as string[]).includes(category));
  return forms[order.indexOf(new Intl.PluralRules(language).select(n))] ?? forms.at(-1)!;
}

function fill(text: string, language: Language, values: Values): string {
  const shown = (value: string | number): string =>
    typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : apart(value, language);
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => (name in values ? shown(values[name]!) : ''));
}

/** Names keep their own direction, with all that belongs to them, in a sentence that runs from right to left. */
function apart(value: string, language: Language): string {
  return rightToLeft.has(language) ? `\u2068${value}\u2069` : value;
}

function money(amountMinor: number, currency: string, language: Language): string {
  const digits = fractionDigits(currency);
  const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(language, options).format(amountMinor / 10 ** digits);
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

function ago(time: string, language: Language): string {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const [unit, length] = steps.find(([, size]) => seconds >= size) ?? ['second', 1];
  return format.format(unit === 'second' ? 0 : -Math.floor(seconds / length), unit);
}
