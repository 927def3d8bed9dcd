import closeWithGrace from 'close-with-grace'
import { EmbeddedPostgresError } from '../db/embedded/index.js'
import { type Config, ConfigError, parseConfig } from './config.js'
import { type Espejo, startEspejo } from './create-server.js'
import { readEnvironment } from './env.js'
import { createLog } from './log.js'
import { StartError } from './services.js'

/** Longest time for handing runs over, saying goodbye to viewers and stopping PostgreSQL. */
const STOP_MS = 30_000

let starting: Promise<Espejo> | undefined
try {
  const config = parseConfig(readEnvironment())
  const log = createLog(config.logLevel)
  // Before the start, so that Ctrl-C during it stops what has been started.
  // A start that fails has its own exit code, which `beforeExit` would take for a good end.
  closeWithGrace({ delay: STOP_MS, logger: false, skip: ['beforeExit'] }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'Espejo stops: an error that nobody expected')
    else log.info({ signal }, 'Espejo stops')
    // A start that failed has stopped its own services.
    const espejo = await starting?.catch(() => undefined)
    await espejo?.stop()
  })
  starting = startEspejo(config, log)
  announce(config, await starting)
} catch (error) {
  if (
    !(error instanceof ConfigError || error instanceof StartError || error instanceof EmbeddedPostgresError)
  ) {
    throw error
  }
  process.stderr.write(`Espejo cannot start. ${error.message}\n`)
  process.exitCode = 1
}

/** For people, also where the log is JSON: where to look, and how to sign in. */
function announce({ demo }: Config, { url }: Espejo): void {
  const lines = [url === null ? 'Espejo is working on runs.' : `Espejo is running at ${url}`]
  if (demo && url !== null) {
    lines.push('Demo login:        demo@espejo.test / demo-espejo')
    lines.push('May only look:     visita@espejo.test / visita-espejo')
    lines.push('Another tenant:    vecino@espejo.test / vecino-espejo')
  }
  process.stdout.write(`\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`)
}
