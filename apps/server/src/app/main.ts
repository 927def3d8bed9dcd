#!/usr/bin/env node
import closeWithGrace from 'close-with-grace'
import { EmbeddedPostgresError } from '../db/embedded/index.js'
import { type Config, ConfigError, parseConfig } from './config.js'
import { type Espejo, startEspejo } from './create-server.js'
import { readEnvironment } from './env.js'
import { createLog } from './log.js'
import { StartError } from './open-database.js'

/** Most time, after the drain time, for closing streams, releasing runs and stopping PostgreSQL. */
const STOP_MS = 30_000

let starting: Promise<Espejo> | undefined
try {
  const config = parseConfig(readEnvironment())
  const log = createLog(config.logLevel)
  // Before the start, so that Ctrl-C during the start stops the services that are up.
  // Without `beforeExit`, which would replace the exit code of a failed start by 0.
  closeWithGrace(
    { delay: config.drainSeconds * 1000 + STOP_MS, logger: false, skip: ['beforeExit'] },
    async ({ signal, err }) => {
      if (err) log.fatal({ err }, 'Espejo stops: unexpected error')
      else log.info({ signal }, 'Espejo stops')
      // A failed start stops its own services.
      const espejo = await starting?.catch(() => undefined)
      await espejo?.stop()
    },
  )
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

/** Prints URL, demo logins and the link of the first set-up as plain text, also when the log is JSON. */
function announce({ demo }: Config, { url, setupUrl }: Espejo): void {
  const lines = [url === null ? 'Espejo is working on runs.' : `Espejo is running at ${url}`]
  if (demo && url !== null) {
    lines.push('Demo login:        demo@espejo.test / demo-espejo')
    lines.push('May only look:     visita@espejo.test / visita-espejo')
    lines.push('Another tenant:    vecino@espejo.test / vecino-espejo')
  }
  if (setupUrl !== null) lines.push(`Set it up, once, at: ${setupUrl}`)
  process.stdout.write(`\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`)
}
