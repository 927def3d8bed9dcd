import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Account, type AccountControl, createAccount } from './account.js'
import { CONTROL_ROOT, serveControl } from './control/serve-control.js'
import { serve } from './http/serve.js'
import type { AccountOptions, SimulatorOptions } from './options.js'

/** A simulator of the Cianbox API. */
export interface Simulator {
  /**
   * Starts to listen. An account's base URL is `${url}/${cuenta}/api/v2`.
   *
   * @param options port 0 (the default) takes a free one; host defaults to 127.0.0.1
   * @throws the system's error (`EADDRINUSE`, …) when it cannot listen there
   */
  listen(options?: { port?: number; host?: string }): Promise<{ url: string; port: number }>
  /** Closes all connections, also those of a `hang` fault, and stops. */
  close(): Promise<void>
  /** @throws RangeError when there is no such account */
  account(cuenta: string): AccountControl
  accounts(): AccountControl[]
  /** @throws RangeError for an invalid option or an existing `cuenta` */
  addAccount(options: AccountOptions): AccountControl
}

/** Creates a simulator. It opens no socket before {@link Simulator.listen}. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const accounts = new Map<string, Account>()
  const now = options.now ?? Date.now
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => sendInternalError(response, error))
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [, cuenta = '', ...rest] = url.pathname.split('/')
    if (cuenta === CONTROL_ROOT) return serveControl(simulator, request, response, url)
    const account = accounts.get(cuenta)
    if (!account || rest[0] !== 'api' || rest[1] !== 'v2') {
      response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
      response.end('<h1>404 Not Found</h1>')
      return
    }
    await serve(account, request, response, url, `/${rest.slice(2).join('/')}`)
  }

  const simulator: Simulator = {
    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          resolve()
        })
      })
      const address = server.address() as AddressInfo
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
      return { url: `http://${name}:${address.port}`, port: address.port }
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, ...[...accounts.values()].map((account) => account.close())])
    },
    account(cuenta) {
      const account = accounts.get(cuenta)
      if (!account) throw new RangeError(`No existe la cuenta "${cuenta}".`)
      return account.control
    },
    accounts: () => [...accounts.values()].map(({ control }) => control),
    addAccount(added) {
      if (accounts.has(added.cuenta)) throw new RangeError(`Ya existe la cuenta "${added.cuenta}".`)
      const account = createAccount(added, now)
      accounts.set(account.cuenta, account)
      return account.control
    },
  }
  for (const account of options.accounts ?? [{ cuenta: 'demo' }]) simulator.addAccount(account)
  return simulator
}

/** An error of the simulator itself. The text says so, so that it is not mistaken for the API's behaviour. */
function sendInternalError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`Error del simulador: ${error instanceof Error ? error.message : String(error)}\n`)
}
