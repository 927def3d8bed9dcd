import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { onSources } from '../../vitest.sources.js'

/** The API of a development server; in production the same server answers both. */
const API = 'http://localhost:3000'

export default defineConfig({
  ...onSources,
  plugins: [react(), tailwindcss()],
  server: { proxy: { '/api': { target: API, changeOrigin: false } } },
  // Nothing is inlined as a data: address, so that a strict Content-Security-Policy holds.
  build: { outDir: 'dist', assetsInlineLimit: 0 },
  test: { name: '@espejo/web', include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
})
