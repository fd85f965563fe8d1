/** The demo shop's shelves: what its products are called and made of. */

export interface Shelf {
  category: string;
  nouns: string[];
  kinds: string[];
  attributes: Record<string, string[]>;
  /** The cheapest and the dearest product, in cents. */
  prices: [number, number];
  /** How a buyer would praise and fault one of these. */
  praise: string[];
  faults: string[];
}

export const brands = [
  'Aldermoor',
  'Brightwell',
  'Cinderpath',
  'Dovetail',
  'Everline',
  'Fernhill',
  'Greyfriar',
  'Harrow & Reed',
  'Ironbark',
  'Juniper',
];

export const shelves: Shelf[] = [
  {
    category: 'Coffee & tea',
    nouns: ['Espresso machine', 'Hand grinder', 'Gooseneck kettle', 'French press', 'Tea pot', 'Cold brew carafe'],
    kinds: ['Compact', 'Classic', 'Travel', 'Barista'],
    attributes: { material: ['steel', 'glass', 'ceramic'], capacity: ['0.5 l', '1 l', '1.5 l'] },
    prices: [1900, 64900],
    praise: ['makes a wonderful cup every morning', 'keeps the heat for hours', 'grinds evenly and quietly'],
    faults: ['drips after pouring', 'is hard to clean', 'takes ages to warm up'],
  },
  {
    category: 'Kitchen',
    nouns: ['Chef’s knife', 'Cast iron pan', 'Cutting board', 'Stand mixer', 'Stock pot', 'Mixing bowls'],
    kinds: ['Heavy', 'Light', 'Everyday', 'Professional'],
    attributes: { material: ['steel', 'iron', 'beech', 'walnut'], dishwasher: ['safe', 'hand wash only'] },
    prices: [1500, 39900],
    praise: ['holds its edge', 'cooks evenly', 'feels made to last'],
    faults: ['rusts if you look away', 'is heavier than expected', 'arrived with a scratch'],
  },
  {
    category: 'Audio',
    nouns: ['Headphones', 'Bookshelf speaker', 'Turntable', 'Earbuds', 'Portable speaker', 'Soundbar'],
    kinds: ['Studio', 'Wireless', 'Vintage', 'Pocket'],
    attributes: { connection: ['bluetooth', 'cable', 'wifi'], colour: ['black', 'sand', 'blue'] },
    prices: [2900, 89900],
    praise: ['sounds far above its price', 'pairs at once', 'sits comfortably for hours'],
    faults: ['drops the connection', 'has a muddy bass', 'runs out of battery by noon'],
  },
  {
    category: 'Outdoor',
    nouns: ['Tent', 'Sleeping bag', 'Trekking poles', 'Rucksack', 'Camping stove', 'Head torch'],
    kinds: ['Ultralight', 'Four-season', 'Family', 'Trail'],
    attributes: { weight: ['light', 'medium', 'heavy'], season: ['summer', 'three-season', 'winter'] },
    prices: [2400, 54900],
    praise: ['kept us dry through a storm', 'packs down to nothing', 'survived two weeks in the Alps'],
    faults: ['leaks at the seams', 'has a zip that sticks', 'is colder than it claims'],
  },
  {
    category: 'Cycling',
    nouns: ['Helmet', 'Pannier', 'Bike light', 'Floor pump', 'Saddle', 'Multi-tool'],
    kinds: ['Commuter', 'Touring', 'Race', 'City'],
    attributes: { colour: ['black', 'yellow', 'red'], size: ['S', 'M', 'L'] },
    prices: [1200, 19900],
    praise: ['fits perfectly', 'lights the whole road', 'clicks on in a second'],
    faults: ['rattles on cobbles', 'came with a stripped bolt', 'is not as waterproof as promised'],
  },
  {
    category: 'Garden',
    nouns: ['Secateurs', 'Watering can', 'Raised bed', 'Hose reel', 'Compost bin', 'Hand trowel'],
    kinds: ['Balcony', 'Allotment', 'Cottage', 'Pro'],
    attributes: { material: ['steel', 'copper', 'cedar', 'recycled plastic'] },
    prices: [900, 24900],
    praise: ['cuts cleanly', 'went together in minutes', 'has lasted three winters'],
    faults: ['bends in clay soil', 'leaks at the joint', 'has sharp edges'],
  },
  {
    category: 'Books',
    nouns: ['Cookbook', 'Field guide', 'Novel', 'Short stories', 'Atlas', 'Biography'],
    kinds: ['Illustrated', 'Pocket', 'Annotated', 'Anniversary'],
    attributes: { binding: ['hardcover', 'paperback'], language: ['English', 'German', 'French'] },
    prices: [700, 5900],
    praise: ['is hard to put down', 'is beautifully printed', 'taught me something on every page'],
    faults: ['has tiny print', 'repeats itself', 'fell apart at the spine'],
  },
  {
    category: 'Games',
    nouns: ['Board game', 'Card game', 'Jigsaw', 'Chess set', 'Party game', 'Dice tower'],
    kinds: ['Cooperative', 'Strategy', 'Travel', 'Family'],
    attributes: { players: ['1-2', '2-4', '3-6'], length: ['30 min', '60 min', '120 min'] },
    prices: [900, 11900],
    praise: ['comes out every weekend', 'is quick to learn', 'has lovely components'],
    faults: ['drags with four players', 'was missing a piece', 'has confusing rules'],
  },
  {
    category: 'Stationery',
    nouns: ['Fountain pen', 'Notebook', 'Desk organiser', 'Ink bottle', 'Planner', 'Pencil set'],
    kinds: ['Slim', 'Everyday', 'Executive', 'Student'],
    attributes: { colour: ['black', 'blue', 'green'], paper: ['dotted', 'ruled', 'plain'] },
    prices: [400, 17900],
    praise: ['writes like a dream', 'does not bleed through', 'makes me want to plan my week'],
    faults: ['skips on the upstroke', 'has thin paper', 'leaks in the bag'],
  },
  {
    category: 'Home office',
    nouns: ['Desk lamp', 'Monitor arm', 'Keyboard', 'Office chair', 'Webcam', 'Standing desk'],
    kinds: ['Compact', 'Ergonomic', 'Quiet', 'Adjustable'],
    attributes: { colour: ['black', 'white', 'oak'], warranty: ['2 years', '5 years'] },
    prices: [2500, 69900],
    praise: ['saved my back', 'is whisper quiet', 'was set up in ten minutes'],
    faults: ['wobbles when you type', 'has a stiff hinge', 'smells of plastic'],
  },
  {
    category: 'Pets',
    nouns: ['Dog bed', 'Cat tree', 'Lead', 'Food bowl', 'Chew toy', 'Carrier'],
    kinds: ['Washable', 'Orthopaedic', 'Outdoor', 'Cosy'],
    attributes: { size: ['S', 'M', 'L'], animal: ['dog', 'cat'] },
    prices: [600, 15900],
    praise: ['is the only bed she sleeps in', 'withstands a terrier', 'washes well'],
    faults: ['was chewed through in a day', 'is smaller than shown', 'slides on wood floors'],
  },
  {
    category: 'Fitness',
    nouns: ['Kettlebell', 'Yoga mat', 'Resistance bands', 'Jump rope', 'Foam roller', 'Pull-up bar'],
    kinds: ['Studio', 'Home', 'Competition', 'Beginner'],
    attributes: { weight: ['light', 'medium', 'heavy'], colour: ['grey', 'teal', 'plum'] },
    prices: [900, 14900],
    praise: ['does not slip', 'is worth every cent', 'has a grip that lasts'],
    faults: ['smells of rubber', 'snapped within a month', 'is shorter than described'],
  },
];
