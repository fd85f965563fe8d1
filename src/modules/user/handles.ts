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
  'administrator',
  'helpdesk',
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
  ...['moderation', 'nobody', 'null', 'owner', 'postmaster', 'sales', 'service', 'shop', 'team', 'undefined', 'viewer', 'webmaster'],
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

/** Whether a handle is, or looks like, one of the shop's own. */
export function isReserved(handle: string): boolean {
  const forms = [handle, handle.replace(/\d{1,30}$/, '')];
  return forms.some(
    (form) =>
      reservedGlances.has(glance(form.replaceAll('_', ''))) ||
      form.split('_').some((part) => glancesOfTheShop.has(glance(part)) || glancesOfTheShop.has(glance(part.replace(/\d{1,30}$/, '')))),
  );
}
