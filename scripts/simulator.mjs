// `npm run simulator -- …`: the Cianbox stand-in alone.
import { build } from './build.mjs'

build()
await import('../packages/simulator/dist/cli.js')
