/**
 * What training spends its time in. `src/recommender/kernel.ts` says what each function does, and `plain-kernel.ts` has the
 * same in TypeScript, with the same additions in the same order, so that both give the same numbers.
 */
export { subtractProduct } from './dense';
export { addCommon, addShared } from './sparse';
export { solveSide } from './factors';
