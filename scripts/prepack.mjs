// `prepack` of each package that can be published, called in its folder: builds it, removes the output of sources
// that no longer exist, and adds the web app to the server, whose tarball has no apps/web beside it.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

const isServer = basename(process.cwd()) === 'server'
build()
rmSync(join('dist', 'web'), { recursive: true, force: true })
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const source = join('src', file.replace(/(\.d\.ts|\.js)(\.map)?$/, ''))
  const isFile = /\.(js|ts|map)$/.test(file)
  if (isFile && !existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(join('dist', file))
}
if (isServer) {
  const page = fileURLToPath(new URL('../apps/web/dist', import.meta.url))
  cpSync(page, join('dist', 'web'), { recursive: true })
}
