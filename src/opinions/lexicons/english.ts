import { setOf, valued, type Lexicon } from './lexicon.js';

export const english: Lexicon = {
  values: valued([
    [
      4,
      "excellent, perfect, perfectly, amazing, outstanding, fantastic, flawless, superb, favorite, favourite, gorgeous, love, loved, loves, highly recommend, worth every penny, best ever, blew me away, blown away, couldn't be happier, could not be happier, can't recommend enough, cannot recommend enough, can't recommend it enough, cannot recommend it enough, must have, must buy, life saver, lifesaver, game changer, second to none, top notch",
    ],
    [
      3,
      "great, beautiful, beautifully, wonderful, impressed, recommend, sturdy, well made, well built, comfortable, comfy, flattering, delicious, reliable, durable, exceeded, works great, works perfectly, true to size, fits perfectly, five stars, 5 stars, happy with, pleased, versatile, no complaints, no issues, no problems, no regrets, nothing to complain about, can't complain, cannot complain, can't fault, cannot fault, can't go wrong, would not hesitate, wouldn't hesitate, won't disappoint, will not disappoint, never disappoints, not disappointed, well thought out, high quality, good quality, great quality, exactly what i wanted, exactly what i needed, just what i wanted, just what i needed, just as described, exactly as described, so glad, very glad, worth every cent, worth the money, worth the price, well worth, buy again, order again, back for more, holds up, held up, still going strong, breathable, cozy, cosy, effortless, hassle free",
    ],
    [
      2,
      'good, nice, nicely, soft, easy, fast, quick, quickly, quiet, bright, crisp, sharp, light, lightweight, handy, solid, cute, pretty, fits well, fit well, works well, works fine, compact, smooth, warm, clear, bargain, affordable, reasonable, compliments, intuitive, responsive, satisfied, as described, as expected, stylish, elegant, snug, generous, worth, does the job, does what it says, do the trick, does the trick, keeps its charge, holds its charge, glad, happier, well packaged, well packed, on time, seamless, seamlessly, effective, helpful, convenient, absorbent, waterproof, tasty, roomy, spacious, accurate, secure, securely, hard wearing, easy to clean, better than i expected, better than expected',
    ],
    [1, 'fine, decent, ok, okay, fits, useful, classic, unique, simple'],
    [
      -1,
      'average, mediocre, meh, heavy, small, loud, noisy, tight, basic, stiff, itchy, bulky, thin, slow, pricey, expensive, overpriced, bland, see through, sheer, boxy, frumpy',
    ],
    [
      -2,
      "unfortunately, disappointing, disappointed, disappointment, too small, too big, too large, too short, too long, too tight, too thin, too loud, too heavy, too expensive, runs small, runs large, run small, run large, ran small, ran large, returning, returned, return, sent back, send back, sending back, cheaply made, cheap looking, looks cheap, looked cheap, feels cheap, felt cheap, uncomfortable, unflattering, scratchy, scratched, flimsy, shrunk, shrank, faded, fades, wrinkles, annoying, difficult, confusing, complicated, problem, problems, issue, issues, crash, crashes, lag, laggy, leaks, leaked, leaking, rattles, squeaks, wobbly, weak, unclear, blurry, grainy, sticky, smells, stinks, rough, poor, poorly, not worth, no longer, stopped working, does not work, doesn't work, didn't work, wouldn't, would not, won't, wanted to love, wanted to like, burned out, burnt out, burns out, peeling, peels, peeled, chipped, chips off, frayed, fraying, bent, warped, rusted, rusts, rusty, jams, jammed, stuck, gets stuck, clogs, clogged, overheats, overheated, overheating, crushed, dented, scratches easily, mushy, unresponsive, loose, came loose, came undone, comes undone, unstable, tips over, leaks everywhere, smells like, smelly, foul, bleeds, pilling, pilled, itches, pinches, arrived late, took weeks, took forever, late delivery, never arrived, never came, missing, incomplete, never answered, never replied, never responded, no reply, no response, no answer, unhelpful, ignored, good luck, make no sense, makes no sense, hard to use, hard to read, hard to clean, fiddly, clunky, drains, stopped charging, won't charge, will not charge, doesn't charge, does not charge, doesn't hold, does not hold, won't stay, will not stay, won't turn on, will not turn on, wouldn't turn on, never seals, doesn't close, does not close, doesn't fit, does not fit, didn't fit, did not fit, too loose, too hot, too slow, too complicated, underwhelming, underwhelmed, let down, overhyped, had high hopes, high hopes",
    ],
    [
      -3,
      "bad, awful, terrible, horrible, broke, broken, breaks, ripped, ripping, tore, torn, defective, useless, junk, garbage, trash, worst, waste, wasted, refund, fell apart, falls apart, falling apart, fell off, died, dead, avoid, ruined, misleading, fake, never again, do not buy, don't buy, one star, 1 star, regret, rubbish, fail, failed, fails, faulty, money back, customer service was, unusable, ugly, snapped, snaps, cracked, cracks, shattered, splintered, exploded, caught fire, came apart, comes apart, coming apart, fall apart, stopped, quit working, gave out, gave up on, scam, rip off, ripoff, counterfeit, knock off, unsafe, dangerous, hazard, stay away, steer clear, don't bother, do not bother, don't waste, do not waste, don't recommend, do not recommend, would not recommend, wouldn't recommend, can't recommend, cannot recommend, would not buy, wouldn't buy, won't buy, will not buy, never buy, never order, unacceptable, appalling, dreadful, pathetic, disgusting, ridiculous",
    ],
    [
      0,
      'like, no, free, dress, cut, cool down, alone, stop, big, kind, matter, matters, alarm, fire, miss, hard drive, shooting, shoot, shot, pay, paid, cheap price, killer, demand, drop, drops, cry, limited',
    ],
  ]),
  negations: setOf(
    "not no never n't don't doesn't didn't isn't wasn't aren't weren't can't cannot couldn't won't wouldn't shouldn't hasn't haven't hadn't ain't without hardly barely nothing none neither nor lacks lack lacking",
  ),
  degrees: {
    very: 1.3,
    really: 1.3,
    so: 1.2,
    extremely: 1.5,
    super: 1.4,
    incredibly: 1.5,
    absolutely: 1.5,
    totally: 1.3,
    quite: 1.1,
    too: 1.2,
    highly: 1.4,
    somewhat: 0.7,
    slightly: 0.6,
    bit: 0.7,
    little: 0.7,
    fairly: 0.9,
    kinda: 0.7,
    pretty: 1.1,
    almost: 0.7,
    most: 1.1,
    overly: 1.3,
  },
  contrasts: /\b(?:but|however|although|though|except|unfortunately|yet)\b/giu,
  common: setOf(
    "a able about above actually after again ago all already also always am an and another any anybody anyone anything anywhere are around as at away back be because been before being below best better between big bit both bought brother but buy came can come could dad daughter day days definitely did do does doing done down each even ever every everybody everyone everything everywhere far father feel feels felt few find first for found friend friends from further gave get gets getting give given go goes going gone good got great had happy has have having he her here hers herself him himself his how however husband i i'm i've if in into is it it's item its itself just keep kids know large last less let like little long look looked looking looks lot lots love loved made make makes making many may maybe me might mine mom month months more most mother much mum must my myself need needed needs never new next nice no nobody not now of off often on once one ones only or order ordered other our ours out over own people perfect person probably product products purchase purchased put quite rather really reason received recommend review reviews right said same saw say see seem seems seen she should since sister small so some somebody someone something somewhere son star stars still such sure take than that the their theirs them themselves then there these they thing things think this those though thought three through time times to too tried try two under until up us use used uses using usually very want wanted was way we wear wearing week weeks well went were what when where which while who why wife will wish with within without wore work worked works would year years yet you your yours yourself",
  ),
};
