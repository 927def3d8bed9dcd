// `npm run chaos -- --seed N --rounds M`
import { build } from './build.mjs'

build()
await import('../chaos/dist/main.js')
