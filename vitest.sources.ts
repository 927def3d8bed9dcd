import { defaultClientConditions, defaultServerConditions } from 'vite'

/**
 * Resolves the workspace's packages to their sources, by the condition that their `exports` name, so that a change
 * in one is seen by the tests of another without a build.
 */
const SOURCES = '@espejo/source'

export const onSources = {
  resolve: { conditions: [SOURCES, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCES, ...defaultServerConditions] } },
}
