import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The simulator in a process of its own. Every account's user and password is `demo`. */
export interface SimulatorProcess {
  /** `CIANBOX_BASE_URL`. */
  url: string
  addAccount(account: SimulatedAccount): Promise<void>
  /** Edits so many of the account's products, chosen by its seed. */
  edit(cuenta: string, count: number): Promise<void>
  /** From now on no request of the account gets a response. */
  hang(cuenta: string): Promise<void>
  /** The requests of the account so far. */
  counts(cuenta: string): Promise<RequestCounts>
  stop(): Promise<void>
}

export interface SimulatedAccount {
  cuenta: string
  products: number
  seed: number
  /** Pause before every answer. None by default. */
  latencyMs?: number
}

export interface RequestCounts {
  total: number
  /** By method and route: `GET /productos`. */
  byRoute: Record<string, number>
}

export async function startSimulator(): Promise<SimulatorProcess> {
  const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('@espejo/simulator')))
  const child = spawn(process.execPath, [cli, '--port', '0', '--products', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  const url = await Promise.race([firstUrl(child.stdout), exited.then(() => null)])
  if (url === null) throw new Error('The simulator ended before it told its address.')

  async function control(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${url}/__simulator/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (!response.ok) throw new Error(`The simulator answered ${response.status} to ${method} ${path}.`)
    return response.json()
  }

  return {
    url,
    async addAccount(account) {
      await control('POST', 'accounts', account)
    },
    async edit(cuenta, count) {
      await control('POST', `${cuenta}/edit`, { count })
    },
    async hang(cuenta) {
      await control('POST', `${cuenta}/faults`, { kind: 'hang', route: '*' })
    },
    async counts(cuenta) {
      return (await control('GET', `${cuenta}/counts`)) as RequestCounts
    },
    stop,
  }
}

/** The simulator prints its address in its first line. */
async function firstUrl(output: NodeJS.ReadableStream): Promise<string | null> {
  const lines = createInterface({ input: output })
  for await (const line of lines) {
    const found = /http:\/\/[^\s/]+/.exec(line)
    if (found) {
      output.resume()
      return found[0]
    }
  }
  return null
}
