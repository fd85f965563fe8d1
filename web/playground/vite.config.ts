import { defineConfig } from 'vite';

export default defineConfig({
  base: '/playground/',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1500 },
});
