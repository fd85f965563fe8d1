/** Handles, and those that nobody may have because they look like the shop's own. */

export function isHandle(handle: string): boolean {
  return /^[A-Za-z0-9_]{3,30}$/.test(handle);
}

/** Handles that differ in this are different handles. */
export function foldHandle(handle: string): string {
  return handle.toLowerCase();
}

/** Not to be had, whatever surrounds them: `plaza_support`, `the_admin`. */
const ofTheShop = [
  'admin',
  'administration',
  'administrator',
  'helpdesk',
  'moderation',
  'moderator',
  'official',
  'plaza',
  'root',
  'security',
  'staff',
  'support',
  'sysadmin',
  'system',
];
/** Not to be had as a whole. */
const reserved = [
  ...[
    'abuse',
    'all',
    'anonymous',
    'api',
    'billing',
    'bot',
    'contact',
    'everyone',
    'everybody',
    'help',
    'hostmaster',
    'info',
    'mod',
    'mods',
  ],
  ...[
    'nobody',
    'null',
    'owner',
    'postmaster',
    'sales',
    'service',
    'shop',
    'shopowner',
    'storeowner',
    'team',
    'undefined',
    'viewer',
    'webmaster',
  ],
];

/** What stands beside those of the shop in names that pass for its own, such as `theadmin`. */
const beside = [
  'account',
  'care',
  'client',
  'customer',
  'desk',
  'main',
  'my',
  'of',
  'online',
  'our',
  'real',
  'store',
  'the',
  'user',
  'your',
];

const lookAlikes: Record<string, string> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  i: 'l',
  j: 'l',
};

/** What a handle looks like at a glance: digits that pass for letters, and letters that pass for each other, are one. */
function glance(text: string): string {
  const letters = text.toLowerCase().replaceAll('rn', 'm').replaceAll('vv', 'w');
  return letters.replace(/[01345789ij]/g, (letter) => lookAlikes[letter] ?? letter);
}

const glancesOfTheShop = new Set(ofTheShop.map(glance));
const reservedGlances = new Set([...ofTheShop, ...reserved].map(glance));
const besideGlances = new Set([...ofTheShop, ...reserved, ...beside].map(glance));

/** Whether a handle is, or looks like, one of the shop's own: also of several (`moderators`) and run together (`plazasupport`). */
export function isReserved(handle: string): boolean {
  return [handle, handle.replace(/\d{1,30}$/, '')].some((form) => {
    const whole = glance(form.replaceAll('_', ''));
    const parts = form.split('_').flatMap((part) => [glance(part), glance(part.replace(/\d{1,30}$/, ''))]);
    return isOneOf(reservedGlances, whole) || parts.some((part) => isOneOf(glancesOfTheShop, part)) || isMadeOfTheShop(whole);
  });
}

/** In the singular or the plural. */
function isOneOf(glances: ReadonlySet<string>, seen: string): boolean {
  return glances.has(seen) || (seen.endsWith('s') && glances.has(seen.slice(0, -1)));
}

/** Whether a text is nothing but words that the shop may have in its name, one of its own among them. */
function isMadeOfTheShop(seen: string): boolean {
  // For each length: whether the text up to there is made of such words, and whether one is the shop's own.
  const made: ({ own: boolean } | undefined)[] = [{ own: false }];
  for (let end = 1; end <= seen.length; end++) {
    for (let start = 0; start < end; start++) {
      const before = made[start];
      const word = seen.slice(start, end);
      if (!before || !isOneOf(besideGlances, word)) continue;
      made[end] = { own: (made[end]?.own ?? false) || before.own || isOneOf(glancesOfTheShop, word) };
    }
  }
  return made[seen.length]?.own ?? false;
}
