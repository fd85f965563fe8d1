/** Compiles the recommender's kernel into the build; what was compiled before from the same sources is taken again. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const options = ['--enable', 'simd', '-O3', '--runtime', 'stub', '--importMemory', '--noAssert'];
const sources = readdirSync(at('.')).filter((name) => name.endsWith('.ts'));
const target = at('../dist/recommender/kernel.wasm');
const hash = createHash('sha256').update(options.join());
for (const name of sources.sort()) hash.update(name).update(readFileSync(at(`./${name}`)));
const cache = at('../node_modules/.cache/assembly/');
const compiled = `${cache}${hash.digest('hex')}.wasm`;

if (!existsSync(compiled)) {
  mkdirSync(cache, { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const unfinished = `${cache}${process.pid}.wasm`;
  const { error, stderr } = await asc.main([at('./index.ts'), ...options, '--outFile', unfinished], { stdout: asc.createMemoryStream() });
  if (error) throw new Error(`The kernel does not compile: ${error.message}\n${stderr.toString()}`);
  renameSync(unfinished, compiled);
}
copyFileSync(compiled, target);
