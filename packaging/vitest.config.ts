import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'packaging',
    testTimeout: 120_000,
    hookTimeout: 170_000,
    fileParallelism: false,
    // Packing builds `dist`, so no other test may run at the same time.
    sequence: { groupOrder: 4 },
  },
})
