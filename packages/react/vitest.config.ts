import { defineConfig } from 'vitest/config'

// Tests wait on conditions, never on time: the limit is only for a condition that never comes.
export default defineConfig({ test: { testTimeout: 20_000 } })
