/** Which of the languages that opinions are understood in a text is written in. */

export const languages = ['en', 'de', 'es', 'zh'] as const;
export type Language = (typeof languages)[number];

/** Words that are frequent in one of the languages and rare in the others. */
const functionWords: Record<Exclude<Language, 'zh'>, ReadonlySet<string>> = {
  en: wordsOf('the and is was it this that with for but not are my have very i of to they you be too so just as at on would great good'),
  de: wordsOf('der die das und ist nicht ich mit ein eine auch sehr war für aber den zu auf es sich noch wie nur bei dem schon gut leider'),
  es: wordsOf(
    'el la los las y es de que muy no pero con para por una un lo se me más está son como este esta mi todo bien del al producto',
  ),
};

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

const han = /\p{Script=Han}/u;
const maxWords = 200;

/** @returns null where it is none of them, or nothing tells */
export function languageOf(text: string): Language | null {
  const sample = text.slice(0, 2000);
  const letters = sample.match(/\p{L}/gu) ?? [];
  if (letters.filter((letter) => han.test(letter)).length > letters.length / 4) return 'zh';
  const words = (sample.toLowerCase().match(/\p{L}+/gu) ?? []).slice(0, maxWords);
  let best: Language | null = null;
  let most = 0;
  for (const language of ['en', 'de', 'es'] as const) {
    const known = functionWords[language];
    const count = words.filter((word) => known.has(word)).length;
    if (count > most) [best, most] = [language, count];
  }
  return best;
}
