/** Compiles the recommender's dense kernel into the build; what was compiled before from the same source is taken again. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const options = ['--enable', 'simd', '-O3', '--runtime', 'stub', '--importMemory', '--noAssert'];
const source = at('./dense.ts');
const target = at('../dist/recommender/dense.wasm');
const key = createHash('sha256').update(readFileSync(source)).update(options.join()).digest('hex');
const cache = at('../node_modules/.cache/assembly/');
const compiled = `${cache}${key}.wasm`;

if (!existsSync(compiled)) {
  mkdirSync(cache, { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const unfinished = `${cache}${process.pid}.wasm`;
  const { error, stderr } = await asc.main([source, ...options, '--outFile', unfinished], { stdout: asc.createMemoryStream() });
  if (error) throw new Error(`The kernel does not compile: ${error.message}\n${stderr.toString()}`);
  renameSync(unfinished, compiled);
}
copyFileSync(compiled, target);
