/** The demo shop's pictures: drawn from shapes, so that they need no download, no font and little time. */

interface Colours {
  wall: string;
  table: string;
  main: string;
  dark: string;
  light: string;
}

const round = Math.round;

/** @param turn shifts the hues, so that two of a kind differ */
function coloursOf(hue: number, turn: number): Colours {
  const own = (hue + 150 + turn * 47) % 360;
  return {
    wall: `hsl(${hue}, 45%, ${88 - (turn % 3) * 4}%)`,
    table: `hsl(${(hue + 20) % 360}, 32%, ${72 - (turn % 2) * 6}%)`,
    main: `hsl(${own}, 52%, 48%)`,
    dark: `hsl(${own}, 45%, 26%)`,
    light: `hsl(${own}, 60%, 78%)`,
  };
}

const rect = (x: number, y: number, width: number, height: number, fill: string, radius = 0): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`;
const circle = (x: number, y: number, radius: number, fill: string): string => `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;
const path = (d: string, fill: string): string => `<path d="${d}" fill="${fill}"/>`;
const line = (d: string, stroke: string, width: number): string =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

type Motif = (colours: Colours, turn: number) => string;

/** One for each shelf, in a field of 400 by 400; things stand on the line at 320. */
const motifs: Record<string, Motif> = {
  'Coffee & tea': ({ main, dark, light }, turn) =>
    path('M120 200 h160 l-18 120 h-124 z', main) +
    line('M280 220 q52 8 40 50 q-10 28 -48 26', dark, 16) +
    rect(112, 184, 176, 22, dark, 11) +
    [0, 1, 2].map((at) => line(`M${156 + at * 44} 160 q${turn % 2 ? -18 : 18} -24 0 -48 q-18 -20 0 -36`, light, 9)).join(''),
  Kitchen: ({ main, dark, light }, turn) =>
    rect(108, 210, 184, 110, main, 18) +
    rect(96, 196, 208, 22, dark, 11) +
    rect(60, 240, 52, 16, dark, 8) +
    rect(288, 240, 52, 16, dark, 8) +
    circle(200, 186, 14, dark) +
    Array.from({ length: 2 + (turn % 3) }, (_, at) => circle(140 + at * 40, 270, 9, light)).join(''),
  Audio: ({ main, dark, light }, turn) =>
    line('M104 250 v-30 a96 96 0 0 1 192 0 v30', dark, 20) +
    rect(78, 222, 56, 98, main, 24) +
    rect(266, 222, 56, 98, main, 24) +
    [0, 1, 2].map((at) => rect(168 + at * 26, 270 - ((at + turn) % 3) * 16, 12, 50 + ((at + turn) % 3) * 16, light, 6)).join(''),
  Outdoor: ({ main, dark, light }, turn) =>
    path(`M60 320 L${190 + (turn % 3) * 10} 130 L340 320 z`, main) +
    path(`M${190 + (turn % 3) * 10} 130 L340 320 h-90 z`, dark) +
    path(`M150 320 L${190 + (turn % 3) * 10} 220 L230 320 z`, light) +
    circle(310, 110, 30, light),
  Cycling: ({ main, dark, light }, turn) =>
    [circle(115, 255, 65, dark), circle(285, 255, 65, dark), circle(115, 255, 50, light), circle(285, 255, 50, light)].join('') +
    line('M115 255 L170 165 L255 165 L285 255 M115 255 L195 255 L255 165 M170 165 L195 255', main, 13) +
    line(turn % 2 ? 'M255 165 l-8 -30 h38' : 'M255 165 l-4 -34 q30 -6 34 20', dark, 11) +
    line('M152 150 h40', dark, 13),
  Garden: ({ main, dark, light }, turn) =>
    path('M130 230 h140 l-20 90 h-100 z', main) +
    rect(120, 216, 160, 22, dark, 8) +
    line('M200 216 v-90', '#4c7a45', 9) +
    Array.from({ length: 3 + (turn % 3) }, (_, at) => {
      const side = at % 2 ? 1 : -1;
      return path(
        `M200 ${200 - at * 22} q${side * 60} -10 ${side * 74} -52 q${side * -58} 0 ${side * -74} 52 z`,
        at % 2 ? '#5f9a55' : '#7bb26f',
      );
    }).join('') +
    circle(200, 112, 20, light),
  Books: ({ main, dark, light }, turn) =>
    [0, 1, 2, 3]
      .map((at) =>
        rect(96 + at * 52, 150 + ((at + turn) % 3) * 20, 44, 170 - ((at + turn) % 3) * 20, [main, dark, light, main][(at + turn) % 4]!, 5),
      )
      .join('') + [0, 1, 2, 3].map((at) => rect(104 + at * 52, 200 + ((at + turn) % 3) * 12, 28, 8, '#ffffff', 4)).join(''),
  Games: ({ main, dark, light }, turn) =>
    rect(90, 200, 120, 120, main, 22) +
    rect(214, 220, 100, 100, dark, 20) +
    [
      [122, 232],
      [178, 288],
      [150, 260],
      [122, 288],
      [178, 232],
    ]
      .slice(0, 2 + (turn % 4))
      .map(([x, y]) => circle(x!, y!, 11, '#ffffff'))
      .join('') +
    [
      [244, 250],
      [284, 290],
      [264, 270],
    ]
      .map(([x, y]) => circle(x!, y!, 9, light))
      .join('') +
    path('M240 200 q-30 -60 24 -84 q54 24 24 84 z', light),
  Stationery: ({ main, dark, light }, turn) =>
    rect(96, 130, 150, 190, '#ffffff', 10) +
    rect(96, 130, 26, 190, main, 6) +
    [0, 1, 2, 3, 4].map((at) => rect(138, 160 + at * 28, 60 + ((at + turn) % 3) * 14, 7, light, 3)).join('') +
    path('M270 320 v-150 l16 -40 l16 40 v150 z', main) +
    path('M278 150 l8 -20 l8 20 z', dark),
  'Home office': ({ main, dark, light }, turn) =>
    rect(150, 306, 110, 14, dark, 7) +
    line(turn % 2 ? 'M200 306 L160 220 L230 150' : 'M200 306 L240 220 L180 150', dark, 12) +
    path(turn % 2 ? 'M200 120 L290 160 L230 215 z' : 'M210 120 L120 160 L180 215 z', main) +
    path(turn % 2 ? 'M230 215 L290 160 L330 300 H236 z' : 'M180 215 L120 160 L80 300 H174 z', `${light}`),
  Pets: ({ main, dark, light }, turn) =>
    path('M80 320 q10 -70 120 -70 q110 0 120 70 z', main) +
    circle(200, 210, 58, dark) +
    path(
      turn % 2
        ? 'M150 190 l-6 -66 l50 36 z M250 190 l6 -66 l-50 36 z'
        : 'M150 196 q-44 -10 -34 44 q20 8 36 -20 z M250 196 q44 -10 34 44 q-20 8 -36 -20 z',
      dark,
    ) +
    circle(180, 206, 8, '#ffffff') +
    circle(220, 206, 8, '#ffffff') +
    path('M190 230 h20 l-10 12 z', light),
  Fitness: ({ main, dark, light }, turn) =>
    rect(110, 252, 180, 18, dark, 9) +
    [0, 1].map((side) => rect(side ? 270 : 92, 206, 38, 110, main, 12) + rect(side ? 312 : 66, 226, 22, 70, light, 9)).join('') +
    (turn % 2 ? circle(200, 180, 40, light) : path('M160 200 a40 40 0 0 1 80 0 h-20 a20 20 0 0 0 -40 0 z', dark)),
};

const kindsOfPattern = 4;

function backdrop({ wall, table, light }: Colours, turn: number): string {
  const shapes = [
    circle(320, 90, 60, light),
    rect(40, 40, 90, 130, light, 8),
    line('M0 120 Q100 60 200 120 T400 120', light, 14),
    circle(90, 110, 34, light) + circle(140, 80, 18, light),
  ];
  return rect(0, 0, 400, 400, wall) + `<g opacity="0.55">${shapes[turn % kindsOfPattern]!}</g>` + rect(0, 312, 400, 88, table);
}

function framed(side: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 400 400">${content}</svg>`;
}

const productSide = 512;
const photoSide = 384;
const avatarSide = 192;

/** @param turn which of its shelf's products it is */
export function productPicture(category: string, shelf: number, turn: number): string {
  const colours = coloursOf(round((shelf * 360) / Object.keys(motifs).length), turn);
  return framed(productSide, backdrop(colours, turn) + motifs[category]!(colours, turn));
}

/** The same thing as a buyer would show it: nearer, at an angle, and on another table. */
export function reviewPicture(category: string, shelf: number, turn: number, angle: number): string {
  const colours = coloursOf(round((shelf * 360) / Object.keys(motifs).length), turn);
  const table =
    rect(0, 0, 400, 400, 'hsl(32, 38%, 74%)') + [70, 150, 230, 310].map((y) => rect(0, y, 400, 3, 'hsl(30, 30%, 62%)')).join('');
  const shadow = '<ellipse cx="205" cy="330" rx="150" ry="20" fill="#000000" opacity="0.18"/>';
  return framed(
    photoSide,
    `${table}<g transform="rotate(${angle} 200 200) translate(-30 -34) scale(1.15)">${shadow}${motifs[category]!(colours, turn)}</g>`,
  );
}

const skins = ['#f2d3b8', '#e5b48c', '#c98f63', '#9a6542', '#6b4429'];
const hairs = ['#2b211c', '#5b3a22', '#a8702f', '#d9b45b', '#8f8f8f', '#b04a2f'];

/** @param seed tells people apart */
export function avatarPicture(seed: number): string {
  const [skin, hair] = [skins[seed % skins.length]!, hairs[(seed * 7) % hairs.length]!];
  const hue = (seed * 67) % 360;
  const long = seed % 3 === 0 ? path('M108 190 q-12 110 20 150 h144 q32 -40 20 -150 z', hair) : '';
  return framed(
    avatarSide,
    rect(0, 0, 400, 400, `hsl(${hue}, 50%, 82%)`) +
      long +
      path('M60 400 q20 -110 140 -110 q120 0 140 110 z', `hsl(${(hue + 180) % 360}, 45%, 45%)`) +
      rect(172, 250, 56, 60, skin, 20) +
      circle(200, 200, 82, skin) +
      path(
        seed % 2
          ? 'M116 196 q0 -100 84 -100 q84 0 84 100 q-40 -54 -84 -50 q-44 -4 -84 50 z'
          : 'M118 190 q-6 -94 82 -96 q92 2 82 96 q-20 -20 -30 -46 q-70 20 -104 0 q-14 30 -30 46 z',
        hair,
      ) +
      circle(172, 206, 8, '#2b211c') +
      circle(228, 206, 8, '#2b211c') +
      line('M176 240 q24 20 48 0', '#9c4a3c', 7),
  );
}
