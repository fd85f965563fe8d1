/** What reviews say: languages, opinions, topics. The examples are made for these tests and stand in no word list. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aspectNamed, labelOf, digestOf, topicsOf, type DigestedReview } from '../../src/opinions/index.js';
import { languageOf } from '../../src/opinions/language.js';
import { maxLength, sentencesOf } from '../../src/opinions/sentences.js';
import { sentimentOf } from '../../src/opinions/sentiment.js';

const examples = {
  en: {
    good: [
      'The kettle boils quickly and the lid closes well.',
      'Not bad at all, I would buy this again.',
      'My daughter loves it and the colors are beautiful.',
      'It was pricey, but worth every penny.',
      'Great battery life and a very clear screen.',
      'Super soft fabric, fits perfectly.',
    ],
    bad: [
      'The handle broke after two days.',
      'I do not recommend this to anyone.',
      'It looked nice, but it stopped working within a week.',
      'Runs small and the fabric is scratchy.',
      'Complete waste of money.',
      'The sound is not good and the app crashes.',
    ],
  },
  de: {
    good: [
      'Der Akku hält lange und die Verarbeitung ist hochwertig.',
      'Ich bin sehr zufrieden und würde es jederzeit wieder kaufen.',
      'Nicht schlecht für den Preis.',
      'Die Lieferung war schnell, alles wie beschrieben.',
      'Tolle Farben und sehr bequem.',
    ],
    bad: [
      'Nach zwei Wochen war der Griff kaputt.',
      'Leider funktioniert es nicht.',
      'Die Hose ist zu eng und der Stoff kratzt.',
      'Sieht schön aus, aber die Qualität ist schlecht.',
      'Rausgeschmissenes Geld, ich habe es zurückgeschickt.',
    ],
  },
  es: {
    good: [
      'La batería dura mucho y la pantalla es excelente.',
      'Muy contento con la compra, lo recomiendo.',
      'No está mal para este precio.',
      'Llegó rápido y funciona perfecto.',
      'El tejido es suave y muy cómodo.',
    ],
    bad: [
      'Se rompió a los dos días.',
      'No lo recomiendo, es de mala calidad.',
      'Parece bonito, pero no funciona.',
      'Demasiado pequeño y la tela es incómoda.',
      'Dinero tirado, tuve que devolverlo.',
    ],
  },
  zh: {
    good: ['质量很好，物流也快。', '非常满意，推荐购买。', '电池很耐用，屏幕清晰。', '虽然有点贵，但是很值得。', '穿着很舒服，颜色漂亮。'],
    bad: ['用了两天就坏了。', '质量太差，不推荐。', '外观好看，但是噪音很大，很失望。', '尺寸太小，面料粗糙。', '客服态度恶劣，要求退货。'],
  },
} as const;

describe.each(Object.entries(examples) as [keyof typeof examples, { good: readonly string[]; bad: readonly string[] }][])(
  'in the language %s',
  (language, { good, bad }) => {
    test('what is praised and what is blamed are told apart, also where a "not" or a "but" turns it', () => {
      const wrong = [...good.filter((text) => sentimentOf(text, language) <= 0), ...bad.filter((text) => sentimentOf(text, language) >= 0)];
      expect(wrong).toEqual([]);
    });

    test('the language of a text is found', () => {
      expect(languageOf([...good, ...bad].join(' '))).toBe(language);
    });
  },
);

test('a text in none of the languages has a digest without mentions', () => {
  expect(digestOf('これはとてもいいです', 5).mentions).toEqual([]);
  expect(digestOf('', 3)).toMatchObject({ language: null, mentions: [] });
});

test('each clause speaks for its own topics', () => {
  const { mentions } = digestOf('The battery is excellent, but the screen broke after a week.', 3);
  const of = (topic: string) => mentions.find((mention) => mention.topic === topic)!.sentiment;
  expect(of('battery')).toBeGreaterThan(0.2);
  expect(of('screen')).toBeLessThan(-0.2);
});

test('sentences are parts of the text in their order, and long texts are read to a bound', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '.', '!', '。', '\n', '好', '1', ',') }), (text) => {
      let last = 0;
      for (const { from, to } of sentencesOf(text)) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeGreaterThan(from);
        expect(text.slice(from, to).trim()).toBe(text.slice(from, to));
        last = to;
      }
    }),
  );
  expect(sentencesOf('很好'.repeat(50_000)).at(-1)!.to).toBeLessThanOrEqual(maxLength);
  expect(digestOf('质量很好'.repeat(20_000), 5).mentions.length).toBeGreaterThan(0);
});

const reviewOf = (id: number, text: string, stars: number): DigestedReview<number> => ({ id, digest: digestOf(text, stars), helpful: 0 });

describe('the topics of a product', () => {
  const texts: [string, number][] = [
    ['The battery lasts for days, great. The milk frother is the best part.', 5],
    ['Battery died after a month. I love the milk frother.', 2],
    ['Excellent battery. The milk frother works well.', 5],
    ['Shipping was fast.', 4],
    ['The shipping took far too long, terrible.', 2],
  ];
  const { topics } = topicsOf(
    texts.map(([text, stars], at) => reviewOf(at, text, stars)),
    'Espresso machine',
  );

  test('are aspects and phrases with how many speak of them, how, and sentences that say so', () => {
    const battery = topics.find(({ topic }) => topic === 'battery')!;
    expect(battery).toMatchObject({ mentions: 3, share: 0.6 });
    expect(battery.sentiment).toBeGreaterThan(0);
    const [first, second] = battery.quotes.map(({ review, from, to }) => texts[review]![0].slice(from, to));
    expect(['The battery lasts for days, great.', 'Excellent battery.']).toContain(first);
    expect(second).toBe('Battery died after a month.');
    expect(topics.map(({ topic }) => topic)).toContain('milk frother');
  });

  test('leave out what one review alone says, and the words of the product’s own title', () => {
    expect(topics.every(({ mentions }) => mentions >= 2)).toBe(true);
    const own = topicsOf(
      [1, 2, 3].map((id) => reviewOf(id, 'The milk frother is on the shelf.', 4)),
      'Milk frother',
    );
    expect(own.topics.map(({ topic }) => topic)).not.toContain('milk frother');
  });

  test('are not the people whom reviews name', () => {
    const said = [
      'My wife and everybody else saw it.',
      'Meine Tochter wollte das, wie jeder.',
      'Mi hermana y nadie más lo vio en la tienda.',
    ];
    for (const text of said)
      expect(digestOf(text, 3).mentions.map(({ topic }) => topic)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/wife|everybody|tochter|jeder|hermana|nadie/u)]),
      );
  });
});

test('an aspect is found by its name in any of the languages', () => {
  expect(aspectNamed('Akku')).toBe('battery');
  expect(aspectNamed('电池')).toBe('battery');
  expect(labelOf('battery', 'de')).toBe('Akku');
  expect(labelOf('milk frother', 'de')).toBe('milk frother');
  expect(aspectNamed('milk frother')).toBeUndefined();
});
