#!/usr/bin/env node
import { type Command, HELP, readCommand } from './cli-options.js'
import { createSimulator, type Simulator } from './simulator.js'

await main()

async function main(): Promise<void> {
  const prepared = prepare()
  if (!prepared) return
  const { simulator, command } = prepared
  try {
    const { url } = await simulator.listen({ port: command.port, host: command.host })
    process.stdout.write(`Cianbox de prueba en ${url} (controles: ${url}/__simulator)\n`)
    for (const account of simulator.accounts()) {
      process.stdout.write(`  ${url}/${account.cuenta}/api/v2: ${account.productCount()} productos\n`)
    }
  } catch (error) {
    return fail(1, listenError(error, command))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close())
}

/** Parses the arguments. Returns null after printing the help or an error. */
function prepare(): { simulator: Simulator; command: Extract<Command, { kind: 'run' }> } | null {
  try {
    const command = readCommand(process.argv.slice(2))
    if (command.kind === 'run') return { simulator: createSimulator(command), command }
    process.stdout.write(`${HELP}\n`)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    fail(2, error.message)
  }
  return null
}

function listenError(error: unknown, { host, port }: { host: string; port: number }): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EADDRINUSE') return `El puerto ${port} está ocupado: elegí otro con --port.`
  if (code === 'EACCES') return `No hay permiso para el puerto ${port}: elegí uno mayor que 1023 con --port.`
  return `No se puede escuchar en ${host}:${port} (${code || 'error desconocido'}): revisá --host.`
}

function fail(code: number, message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = code
}
