import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** Where the API runs during development. */
const api = process.env['PLAZA_URL'] ?? 'http://localhost:4000';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['plaza-source', ...defaultClientConditions] },
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { '/graphql': { target: api, ws: true }, '/images': api, '/uploads': api, '/s/': api } },
});
