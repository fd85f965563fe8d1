import { defineConfig } from 'vite';

/** Where the API runs during development. */
const api = process.env['PLAZA_URL'] ?? 'http://localhost:4000';

export default defineConfig({
  base: '/console/',
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false, chunkSizeWarningLimit: 1000 },
  server: { proxy: { '/graphql': { target: api, ws: true }, '/images': api, '/metrics': api, '/health': api } },
});
