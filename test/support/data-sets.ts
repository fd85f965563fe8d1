/** Public data sets that may not be copied into the repository. TEST_DATA_DIR names the directory that holds them. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const directory = process.env['TEST_DATA_DIR'] ?? resolve('../shared/data');

/** @returns the directory of a data set, or null where it is not; then the tests about it are not among those that run */
export function dataSet(name: string): string | null {
  const path = join(directory, name);
  if (existsSync(path)) return path;
  process.stderr.write(`No data set ${name} was found in ${directory}: the tests about it are left out.\n`);
  return null;
}
