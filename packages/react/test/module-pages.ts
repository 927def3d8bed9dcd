import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Handler, SseServer } from './sse-server.js'

/** Packages that a browser loads without a bundler: their built modules, with an import map. */
const PACKAGES = ['@espejo/react/core', '@espejo/contract', 'eventsource-parser']

/** Serves `/page`, which imports the package's core under its published name and sets it as `window.core`. */
export function servePage(server: SseServer): void {
  const imports: Record<string, string> = {}
  for (const name of PACKAGES) {
    // Tests resolve the workspace's packages to their sources; a browser needs what was built from them.
    const entry = fileURLToPath(import.meta.resolve(name)).replace(/\/src\/(.*)\.ts$/, '/dist/$1.js')
    const folder = dirname(entry)
    imports[name] = `/modules/${name}/${entry.slice(folder.length + 1)}`
    const files = readdirSync(folder, { encoding: 'utf8', recursive: true })
    for (const file of files.filter((one) => one.endsWith('.js'))) {
      server.on(`GET /modules/${name}/${file}`, text('text/javascript', readFileSync(join(folder, file))))
    }
  }
  const map = JSON.stringify({ imports })
  const html = `<!doctype html>
<script type="importmap">${map}</script>
<script type="module">import * as core from '@espejo/react/core'; window.core = core</script>`
  server.on('GET /page', text('text/html', html))
}

function text(type: string, body: string | Uint8Array): Handler {
  return (response) => void response.writeHead(200, { 'content-type': type }).end(body)
}
