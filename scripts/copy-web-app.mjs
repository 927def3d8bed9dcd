// For the tarball of @espejo/server, which has no apps/web beside it.
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../apps/web/dist', import.meta.url))
const copy = fileURLToPath(new URL('../apps/server/dist/web', import.meta.url))
rmSync(copy, { recursive: true, force: true })
cpSync(page, copy, { recursive: true })
