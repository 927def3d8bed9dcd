// Copies the built web app into apps/server, for the tarball of @espejo/server, which does not contain apps/web.
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../apps/web/dist', import.meta.url))
const copy = fileURLToPath(new URL('../apps/server/dist/web', import.meta.url))
rmSync(copy, { recursive: true, force: true })
cpSync(page, copy, { recursive: true })
