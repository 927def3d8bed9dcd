// `npm run simulator -- …`: starts the simulator of the ERP alone.
import { build } from './build.mjs'

build()
await import('../packages/simulator/dist/cli.js')
