/** The console's texts. English is in the pages; the other languages say the same. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { chinese } from './translations/chinese';
import { german } from './translations/german';
import { spanish } from './translations/spanish';

export const languages = { en: 'English', de: 'Deutsch', es: 'Español', zh: '简体中文' } as const;
export type Language = keyof typeof languages;

const key = 'plaza-console-language';
const translations: Record<Language, Record<string, string>> = { en: {}, de: german, es: spanish, zh: chinese };

interface Languages {
  language: Language;
  setLanguage: (language: Language) => void;
}

const LanguageContext = createContext<Languages>({ language: 'en', setLanguage: () => {} });

/** The language that was chosen, else the browser's. */
export function language(): Language {
  const wanted = [localStorage.getItem(key), ...navigator.languages].map((each) => each?.slice(0, 2));
  return (wanted.find((each) => each && each in languages) as Language | undefined) ?? 'en';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [current, setCurrent] = useState(language);
  useEffect(() => {
    document.documentElement.lang = current === 'zh' ? 'zh-Hans' : current;
  }, [current]);
  const value = useMemo(
    () => ({
      language: current,
      setLanguage: (next: Language) => {
        localStorage.setItem(key, next);
        setCurrent(next);
      },
    }),
    [current],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

export const useLanguage = (): Languages => useContext(LanguageContext);

/** @returns what says an English text in the viewer's language */
export function useText(): (text: string) => string {
  const { language: current } = useLanguage();
  return useCallback((text: string) => translations[current][text] ?? plain(text), [current]);
}

/** IN_STOCK reads as "In stock", and CREATE_API_KEY as "Create API key". */
function plain(text: string): string {
  if (!/^[A-Z]+(_[A-Z]+)*$/.test(text) || text === 'SKU') return text;
  return text[0]! + text.slice(1).toLowerCase().replaceAll('_', ' ').replaceAll('api', 'API');
}
