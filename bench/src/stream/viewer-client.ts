import { connect, type Socket } from 'node:net'
import { readEvents, type SeenEvent } from './sse-text.js'

/** Callbacks of a viewer client. */
export interface ViewerHooks {
  /** An event of the run, `bytes` of it with what came before it. */
  onEvent(event: SeenEvent): void
  onBytes(bytes: number): void
}

/** The server, run and session of a viewer. */
export interface ViewerTarget {
  port: number
  runId: string
  token: string
}

/**
 * A viewer of the load: a plain socket that sends a browser's headers and parses as little as possible. It counts
 * missed and repeated events over all its connections.
 */
export class ViewerClient {
  readonly target: ViewerTarget
  /** Position of the newest event seen. */
  seq = 0
  isEnded = false
  /** Events that were not newer than one already seen, or came after the ending. */
  repeats = 0
  resets = 0
  /** Of the present connection. */
  frames = 0
  starts = 0
  #socket: Socket | null = null
  #rest = ''
  #hooks: ViewerHooks
  /** Settles the present `open`. */
  #opened: ((error: Error | null) => void) | null = null

  constructor(target: ViewerTarget, hooks: ViewerHooks) {
    this.target = target
    this.#hooks = hooks
  }

  /** Connects, with the cursor if there is one. Resolves when the stream has begun. */
  open(): Promise<void> {
    const { port, runId, token } = this.target
    this.frames = 0
    this.starts = 0
    this.#rest = ''
    return new Promise((resolve, reject) => {
      this.#opened = (error) => {
        this.#opened = null
        if (error) reject(error)
        else resolve()
      }
      const socket: Socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        // One buffer for all: it is read before the next socket fills it.
        onread: { buffer: READ_BUFFER, callback: (length: number): boolean => this.#read(socket, length) },
      })
      this.#socket = socket
      socket.on('error', (error: Error) => this.#opened?.(error))
      socket.on('close', () =>
        this.#opened?.(new Error('The server closed the connection before it answered.')),
      )
      const cursor = this.seq === 0 ? '' : `Last-Event-ID: ${runId}.${this.seq}\r\n`
      socket.write(
        `GET /api/cianbox/sync/runs/${runId}/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${BROWSER_HEADERS}Authorization: Bearer ${token}\r\n${cursor}\r\n`,
      )
    })
  }

  /** Destroys the socket without notice, as when a laptop is closed. */
  disconnect(): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  /** Keeps the connection open and reads nothing more from it. */
  stall(): void {
    this.#socket?.pause()
  }

  #read(socket: Socket, length: number): boolean {
    if (socket !== this.#socket) return false
    const text = this.#rest + READ_BUFFER.toString('latin1', 0, length)
    this.#hooks.onBytes(length)
    if (this.#opened) this.#begin(text)
    this.#rest = readEvents(text, (event) => this.#see(event))
    return true
  }

  #begin(text: string): void {
    const status = text.slice(0, text.indexOf('\r\n'))
    this.#opened?.(status === 'HTTP/1.1 200 OK' ? null : new Error(`A viewer was answered: ${status}`))
  }

  #see(event: SeenEvent): void {
    if (event.name === 'reset') this.resets += 1
    if (event.seq === 0) return
    this.frames += 1
    if (event.name === 'start') this.starts += 1
    if (event.seq <= this.seq || this.isEnded) this.repeats += 1
    this.seq = Math.max(this.seq, event.seq)
    this.#hooks.onEvent(event)
    if (event.name !== 'complete') return
    this.isEnded = true
    this.disconnect()
  }
}

const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** The server keeps them in memory as long as the stream, so they are part of the cost of a viewer. */
const BROWSER_HEADERS = [
  'Connection: keep-alive',
  'User-CommandProcess: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Accept: text/event-stream',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Dest: empty',
  'Referer: https://espejo.example/sincronizacion',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: es-AR,es;q=0.9,en;q=0.8',
  '',
].join('\r\n')
