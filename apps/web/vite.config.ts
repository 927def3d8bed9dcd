import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { onSources } from '../../vitest.sources.js'

/** The API server in development; in production one server serves both. */
const API = 'http://localhost:3000'

export default defineConfig({
  ...onSources,
  plugins: [react(), tailwindcss()],
  server: { proxy: { '/api': { target: API, changeOrigin: false } } },
  // Assets are never inlined as data: URLs, so that a strict Content-Security-Policy holds.
  build: { outDir: 'dist', assetsInlineLimit: 0 },
  test: { name: '@espejo/web', include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
})
