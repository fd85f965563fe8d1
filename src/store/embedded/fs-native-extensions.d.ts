declare module 'fs-native-extensions' {
  /** Takes a lock that belongs to the open file, where nobody else holds one on these bytes; false where somebody does. */
  export function tryLock(file: number, offset: number, length: number): boolean;
}
