import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'bench', 'e2e', 'chaos', 'examples', 'packaging', 'tooling'],
    reporters: ['default', './scripts/plain-summary.mjs'],
  },
})
