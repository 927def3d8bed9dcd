// `npm start`: builds what is out of date, then runs Espejo in this same process, so that Ctrl-C and
// signals reach it directly.
import { build } from './build.mjs'

build()
await import('../apps/server/dist/app/main.js')
