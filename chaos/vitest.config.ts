import { defineConfig } from 'vitest/config'
import { onSources } from '../vitest.sources.js'

export default defineConfig({ ...onSources, test: { name: 'chaos' } })
