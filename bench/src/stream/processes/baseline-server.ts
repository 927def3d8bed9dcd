import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveCommands } from '../../rig/command-process.js'
import { monotonicMs } from '../clock.js'
import { createPacer, PACE_MS } from '../pacer.js'
import { progressJson } from '../sse-text.js'

/** A baseline: how it adds a viewer, and how it sends an event. */
export interface Baseline {
  join(runId: string, req: IncomingMessage, res: ServerResponse): void
  publish(runId: string, event: { id: string; data: string }): void
}

/** Serves a baseline at the same URL as Espejo's run events, with generated events: no log, no database. */
export function serveBaseline({ join, publish }: Baseline): void {
  let clock: NodeJS.Timeout | undefined
  const commands = {
    begin({ runIds, perSecond }: { runIds: string[]; perSecond: number }) {
      const takeDue = createPacer(runIds.length, perSecond, monotonicMs())
      const seqs = runIds.map(() => 1)
      clearInterval(clock)
      clock = setInterval(() => {
        for (const run of takeDue(monotonicMs())) {
          const seq = (seqs[run] ?? 0) + 1
          seqs[run] = seq
          const runId = runIds[run] ?? ''
          publish(runId, { id: `${runId}.${seq}`, data: progressJson(seq) })
        }
      }, PACE_MS)
    },
    halt: () => clearInterval(clock),
  }
  serveCommands(commands)
  const server = createServer((req, res) => join(req.url?.split('/')[5] ?? '', req, res))
  server.requestTimeout = 0
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
  })
}

export interface BaselineCommands {
  readonly [name: string]: (argument: never) => unknown
  begin(argument: { runIds: string[]; perSecond: number }): void
  halt(argument: undefined): void
}
