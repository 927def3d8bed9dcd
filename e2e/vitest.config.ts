import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'e2e',
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Each file starts a complete Espejo, and most of them a browser.
    fileParallelism: false,
    sequence: { groupOrder: 2 },
  },
})
