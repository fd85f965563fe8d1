/** What buyers of the demo shop write of what they bought: as different from each other as real reviews are, so that none is taken for a copy. */
import type { Faker } from '@faker-js/faker';
import type { Shelf } from './catalogue.js';

export interface Opinion {
  title: string;
  body: string;
}

const beginnings = [
  'Bought it for my sister’s birthday and then ordered a second one for myself.',
  'Three months in, and it is used nearly every day.',
  'I read all the reviews here before I made up my mind.',
  'It replaced one that I had owned for ten years.',
  'Ordered on a Monday evening, here by Wednesday noon.',
  'A friend would not stop talking about hers.',
  'I compared five of them over a long weekend.',
  'It was a present, so the choice was not mine.',
  'The two of us share it with a teenager.',
  'My expectations were modest.',
  'After the last one broke, I wanted something better.',
  'First impression: well packed, and everything was in the box.',
  'I have had it since before the holidays.',
  'I picked it for the colour, to be honest.',
  'It sat in my cart for a month until payday came.',
  'We moved house last spring and needed one quickly.',
  'My neighbour has the bigger model and recommended this.',
  'Someone at work swears by this brand.',
  'I was sceptical of the pictures.',
  'Second purchase from this shop this year.',
  'I had saved up for it since the summer.',
  'It came a day late, which is nobody’s fault here.',
  'My father asked for exactly this model.',
  'I tried two cheaper ones first and returned both.',
  'It took me an evening to get used to it.',
  'Unpacked it in front of the children, who approved.',
  'I travel a lot and it has come along everywhere.',
  'The old one went to the flea market within a week.',
];

const times = [
  'in January',
  'before Easter',
  'last spring',
  'in early June',
  'over the summer',
  'in late autumn',
  'ten weeks ago',
  'half a year back',
  'at the end of term',
  'right after the move',
  'in a hurry',
  'a fortnight ago',
  'in May',
  'on payday',
  'the day it came out',
  'last November',
  'a while ago',
  'well before my birthday',
  'late one evening',
  'in the middle of March',
  'two years ago',
  'right before the wedding',
  'on a Tuesday',
  'after much thought',
];
const reasons = [
  'for myself and nobody else',
  'as a thank-you',
  'for the flat',
  'on a colleague’s advice',
  'for our eldest',
  'after a long search',
  'on impulse',
  'for my husband’s mother',
  'as a treat',
  'for a friend in Leeds',
  'on my husband’s card',
  'without reading much',
  'for the cabin',
  'with a voucher',
  'because I was curious',
  'for the two of us',
  'for my new place',
  'as a surprise',
  'instead of flowers',
  'with my first salary',
  'for grandma',
  'to end an argument',
  'for the club',
  'with some doubts',
];
const users = [
  'My daughter',
  'My aunt',
  'Our lodger',
  'Grandpa',
  'My flatmate',
  'The whole family',
  'My better half',
  'Our youngest',
  'My cousin',
  'My mum',
  'My dad',
  'The woman next door',
  'My boss',
  'My godson',
  'My niece',
  'My nephew',
  'My brother',
  'Our babysitter',
  'My roommate',
  'My uncle',
  'Granny',
  'My fiancé',
  'My stepson',
  'Our guest',
];
const frequencies = [
  'most mornings',
  'on rainy Sundays',
  'twice a week',
  'all the time',
  'most evenings',
  'once in a while',
  'before work',
  'during the holidays',
  'at weekends',
  'almost daily',
  'every other Friday',
  'more than I do',
  'as often as possible',
  'without asking',
  'as soon as I look away',
  'after school',
  'nearly as much as I do',
  'from time to time',
  'whenever possible',
  'too, and likes it',
  'now and then',
  'after dinner',
  'on days off',
  'more and more',
];

const endings = {
  delighted: [
    'No complaints at all.',
    'I would order it again tomorrow.',
    'Worth what I paid, and then some.',
    'My partner wants one now as well.',
    'I keep telling everybody about it.',
    'Exactly what the description says.',
    'It has not let me down once.',
    'I cannot think of anything to improve.',
    'Next birthday present for my brother: settled.',
    'It makes an ordinary weekday a little better.',
    'Easily the best that I have owned.',
    'I only regret not buying it sooner.',
    'Everybody who visits asks where it is from.',
    'Happy to give it all the stars.',
    'Even after months it looks like new.',
    'Customer service was kind as well when I asked.',
  ],
  torn: [
    'Fair for the price.',
    'I will keep it, but I would look around next time.',
    'Neither a bargain nor a mistake.',
    'You get what you pay for, I suppose.',
    'Perhaps the next version will be better.',
    'It does its job, no more and no less.',
    'My wife likes it more than I do.',
    'Ask me again in a year.',
    'I expected a little more after all the praise.',
    'For occasional use it will do.',
  ],
  disappointed: [
    'I had hoped for more.',
    'It goes back this week.',
    'Such a pity, since it looks lovely.',
    'I am back to my old one now.',
    'The refund came quickly, at least.',
    'For this money I expect better.',
    'Perhaps mine was a bad one.',
    'I gave it a month and then gave up.',
    'I would not buy it a second time.',
    'The pictures promise more than it keeps.',
    'It gathers dust in the cellar now.',
    'My son found a better one for half the price.',
  ],
};

const likes = [
  (title: string, praise: string) => `The ${title} ${praise}.`,
  (_: string, praise: string) => `What I like most: it ${praise}.`,
  (_: string, praise: string) => `It really ${praise}.`,
  (title: string, praise: string) => `I can only say that the ${title} ${praise}.`,
  (_: string, praise: string) => `I love that it ${praise}.`,
];

const quibbles = [
  (fault: string) => `My one quibble: it ${fault}.`,
  (fault: string) => `If I must find fault, it ${fault}.`,
  (fault: string) => `Be aware, though, that it ${fault}.`,
  (fault: string) => `It ${fault}, but I can live with that.`,
  (fault: string) => `One star less because it ${fault}.`,
];

const doubts = [
  (praise: string, fault: string) => `It ${praise}, but it also ${fault}.`,
  (praise: string, fault: string) => `On the one hand it ${praise}, on the other it ${fault}.`,
  (praise: string, fault: string) => `Yes, it ${praise}. But it ${fault} as well.`,
  (praise: string, fault: string) => `It ${fault}, which spoils the fact that it ${praise}.`,
];

const regrets = [
  (fault: string) => `Sadly it ${fault}.`,
  (fault: string) => `It ${fault}, and nobody warned me.`,
  (fault: string) => `After two weeks: it ${fault}.`,
  (fault: string) => `The trouble is that it ${fault}.`,
  (fault: string) => `I found out quickly that it ${fault}.`,
];

/** @param stars from 1 to 5 */
export function opinionOf(faker: Faker, { title, shelf }: { title: string; shelf: Shelf }, stars: number): Opinion {
  const pick = <Value>(values: readonly Value[]): Value => faker.helpers.arrayElement(values);
  const [praise, fault] = [pick(shelf.praise), pick(shelf.faults)];
  const bought = `Bought ${pick(times)} ${pick(reasons)}.`;
  const used = `${pick(users)} uses it ${pick(frequencies)}.`;
  const beginning = `${pick([bought, pick(beginnings)])} ${used}`;
  if (stars >= 4)
    return {
      title: pick(['Delighted', 'Just right', 'Would buy again', 'A good find']),
      body: [beginning, pick(likes)(title, praise), stars === 5 ? pick(endings.delighted) : pick(quibbles)(fault)].join(' '),
    };
  if (stars === 3)
    return {
      title: pick(['Decent', 'Does the job', 'Mixed feelings']),
      body: [beginning, pick(doubts)(praise, fault), pick(endings.torn)].join(' '),
    };
  return {
    title: pick(['Disappointed', 'Not for me', 'Sent it back']),
    body: [beginning, pick(regrets)(fault), pick(endings.disappointed)].join(' '),
  };
}
