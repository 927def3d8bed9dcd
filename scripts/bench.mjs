// `npm run bench -- [name] …`
import { build } from './build.mjs'

build()
await import('../bench/dist/main.js')
