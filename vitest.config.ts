import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'bench', 'e2e', 'chaos', 'examples', 'tooling'],
    reporters: ['default', './scripts/plain-summary.mjs'],
  },
})
