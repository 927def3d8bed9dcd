// `npm run espejo -- COMMAND`: the command line, see `npm run espejo -- --help`.
import { build } from './build.mjs'

build()
await import('../apps/server/dist/cli/main.js')
