import { defineConfig } from 'vitest/config'
import { onSources } from '../../vitest.sources.js'

export default defineConfig({
  ...onSources,
  test: {
    name: 'server',
    globalSetup: ['./test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file has a database of its own; two at a time is what two cores carry.
    maxWorkers: 2,
    sequence: { groupOrder: 1 },
  },
})
