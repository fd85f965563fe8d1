/** What a user may be in the shop. */
export type Role = 'BUYER' | 'MERCHANT' | 'MODERATOR' | 'ADMIN';
