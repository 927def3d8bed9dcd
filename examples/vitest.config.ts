import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'examples',
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Each starts a whole Espejo: after everything else.
    sequence: { groupOrder: 3 },
  },
})
