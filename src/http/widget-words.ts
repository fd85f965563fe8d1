/** What the widgets say, in four languages. */

interface Words {
  rating: (mean: string, count: string, plural: Intl.LDMLPluralRule) => string;
  notRated: string;
  stars: (count: string) => string;
  reviews: string;
  questions: string;
  noReviews: string;
  noQuestions: string;
  more: string;
  verified: string;
  incentivised: string;
  response: string;
  someone: string;
  newReview: string;
  newQuestion: string;
  byMerchant: string;
  failed: string;
}

const english: Words = {
  rating: (mean, count, plural) => `${mean} out of 5 stars, ${count} ${plural === 'one' ? 'review' : 'reviews'}`,
  notRated: 'Not rated yet',
  stars: (count) => `${count} out of 5 stars`,
  reviews: 'Reviews',
  questions: 'Questions and answers',
  noReviews: 'There are no reviews yet.',
  noQuestions: 'There are no questions yet.',
  more: 'Show more',
  verified: 'Verified purchase',
  incentivised: 'Received a reward for this review',
  response: 'Response from the shop',
  someone: 'A former user',
  newReview: 'There is a new review.',
  newQuestion: 'There is a new question.',
  byMerchant: 'From the shop',
  failed: 'This can’t be shown right now.',
};

const german: Words = {
  rating: (mean, count, plural) => `${mean} von 5 Sternen, ${count} ${plural === 'one' ? 'Bewertung' : 'Bewertungen'}`,
  notRated: 'Noch nicht bewertet',
  stars: (count) => `${count} von 5 Sternen`,
  reviews: 'Bewertungen',
  questions: 'Fragen und Antworten',
  noReviews: 'Es gibt noch keine Bewertungen.',
  noQuestions: 'Es gibt noch keine Fragen.',
  more: 'Mehr anzeigen',
  verified: 'Verifizierter Kauf',
  incentivised: 'Hat für diese Bewertung eine Belohnung erhalten',
  response: 'Antwort des Shops',
  someone: 'Ein ehemaliger Nutzer',
  newReview: 'Es gibt eine neue Bewertung.',
  newQuestion: 'Es gibt eine neue Frage.',
  byMerchant: 'Vom Shop',
  failed: 'Das kann gerade nicht angezeigt werden.',
};

const spanish: Words = {
  rating: (mean, count, plural) => `${mean} de 5 estrellas, ${count} ${plural === 'one' ? 'reseña' : 'reseñas'}`,
  notRated: 'Aún sin valoraciones',
  stars: (count) => `${count} de 5 estrellas`,
  reviews: 'Reseñas',
  questions: 'Preguntas y respuestas',
  noReviews: 'Aún no hay reseñas.',
  noQuestions: 'Aún no hay preguntas.',
  more: 'Mostrar más',
  verified: 'Compra verificada',
  incentivised: 'Recibió una recompensa por esta reseña',
  response: 'Respuesta de la tienda',
  someone: 'Un antiguo usuario',
  newReview: 'Hay una reseña nueva.',
  newQuestion: 'Hay una pregunta nueva.',
  byMerchant: 'De la tienda',
  failed: 'Esto no se puede mostrar ahora.',
};

const chinese: Words = {
  rating: (mean, count) => `${mean} 星（满分 5 星），${count} 条评价`,
  notRated: '暂无评分',
  stars: (count) => `${count} 星（满分 5 星）`,
  reviews: '评价',
  questions: '问答',
  noReviews: '还没有评价。',
  noQuestions: '还没有问题。',
  more: '显示更多',
  verified: '已验证购买',
  incentivised: '此评价获得了奖励',
  response: '商家回复',
  someone: '已注销用户',
  newReview: '有一条新评价。',
  newQuestion: '有一个新问题。',
  byMerchant: '来自商家',
  failed: '暂时无法显示。',
};

const languages: Readonly<Record<string, Words>> = { en: english, de: german, es: spanish, zh: chinese };

function localeOf(asked: string): string {
  try {
    return Intl.getCanonicalLocales(asked.replaceAll('_', '-'))[0]!;
  } catch {
    return 'en';
  }
}

/** How to say things in a locale; in English where its language is not among the four. */
export class Speech {
  readonly words: Words;
  readonly language: string;
  private readonly locale: string;

  /** @param asked as a page says it: what is no locale is English */
  constructor(asked: string) {
    const locale = localeOf(asked);
    const language = locale.split('-')[0]!;
    const isSpoken = Object.hasOwn(languages, language);
    this.language = isSpoken ? language : 'en';
    this.words = languages[this.language]!;
    this.locale = isSpoken ? locale : 'en';
  }

  number(value: number, digits = 0): string {
    return new Intl.NumberFormat(this.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  date(iso: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium' }).format(new Date(iso));
  }

  plural(count: number): Intl.LDMLPluralRule {
    return new Intl.PluralRules(this.locale).select(count);
  }
}
