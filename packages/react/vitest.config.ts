import { defineConfig } from 'vitest/config'
import { onSources } from '../../vitest.sources.js'

// Tests wait on conditions, never on time: the limit is only for a condition that never comes.
export default defineConfig({ ...onSources, test: { testTimeout: 20_000 } })
