import { once } from 'node:events'
import { createServer, OutgoingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventFrame } from './frame.js'
import { writeFrame } from './write-frame.js'

const frameOf = (data: string) => eventFrame('r', { seq: 2, event: 'progress', data: JSON.stringify(data) })

/** Serves the requests of one connection with `answer`, and returns all that was received over it. */
async function talk(request: string, answer: (res: ServerResponse, url: string) => void): Promise<string> {
  const server = createServer((req, res) => answer(res, req.url ?? '')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(request)
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece as Buffer)
  server.close()
  return Buffer.concat(pieces).toString()
}

const get = (path: string, version = '1.1', connection = 'keep-alive') =>
  `GET ${path} HTTP/${version}\r\nHost: x\r\nConnection: ${connection}\r\n\r\n`

function stream(res: ServerResponse, frames: readonly ReturnType<typeof frameOf>[]): void {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  res.flushHeaders()
  for (const frame of frames) writeFrame(res, frame)
  res.end()
}

describe('a frame', () => {
  it('arrives unchanged, whatever it contains', async () => {
    const server = createServer((_req, res) => stream(res, frames)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    let frames: ReturnType<typeof frameOf>[] = []
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), async (texts) => {
        frames = texts.map(frameOf)
        const body = Buffer.from(await (await fetch(address)).arrayBuffer())
        expect(body).toEqual(Buffer.concat(frames.map(({ bytes }) => bytes)))
      }),
      { numRuns: 50 },
    )
    server.closeAllConnections()
    server.close()
  })

  it('leaves the connection usable for the next request, also a pipelined one', async () => {
    const frame = frameOf('uno')
    const text = await talk(get('/stream') + get('/next', '1.1', 'close'), (res, url) => {
      if (url === '/stream') stream(res, [frame, frame])
      else res.end('next')
    })
    const [, streamed = '', next = ''] = text.split('HTTP/1.1 200 OK')
    const chunk = `${frame.bytes.length.toString(16)}\r\n${frame.bytes}\r\n`
    expect(streamed.slice(streamed.indexOf('\r\n\r\n') + 4)).toBe(`${chunk}${chunk}0\r\n\r\n`)
    expect(next.endsWith('\r\n\r\nnext')).toBe(true)
  })

  it('is written after the answer to an earlier request of the connection', async () => {
    const frame = frameOf('uno')
    let first: ServerResponse | undefined
    const text = await talk(get('/first') + get('/stream', '1.1', 'close'), (res, url) => {
      if (url === '/first') {
        first = res
        return
      }
      stream(res, [frame])
      first?.end('first')
    })
    expect(text.indexOf('first')).toBeGreaterThan(0)
    expect(text.indexOf('first')).toBeLessThan(text.indexOf('event: progress'))
  })

  it('is not chunked for a client of HTTP/1.0', async () => {
    const frame = frameOf('uno')
    const text = await talk(get('/', '1.0', 'close'), (res) => stream(res, [frame]))
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(frame.bytes.toString())
  })

  it('passes through a replaced `write`, such as that of a compressor', async () => {
    const seen: unknown[] = []
    const frame = frameOf('uno')
    const text = await talk(get('/', '1.1', 'close'), (res) => {
      const write = res.write.bind(res)
      res.write = (bytes: Buffer) => {
        seen.push(bytes)
        return write(bytes)
      }
      stream(res, [frame])
    })
    expect(seen).toEqual([frame.bytes])
    expect(text).toContain(`${frame.bytes}\r\n0\r\n\r\n`)
  })
})

/** `writeFrame` writes past `ServerResponse.write`, so it depends on how Node frames a body. */
describe("Node's response", () => {
  const NODE = `Node ${process.version} frames a response in another way than write-frame.ts expects: adapt it`

  it('sends the same bytes as writeFrame', async () => {
    const frames = ['uno', 'ñandú', 'x'.repeat(70_000)].map(frameOf)
    const wireOf = (write: (res: ServerResponse, frame: ReturnType<typeof frameOf>) => void) =>
      talk(get('/', '1.1', 'close'), (res) => {
        res.sendDate = false
        res.flushHeaders()
        for (const frame of frames) write(res, frame)
        res.end()
      })
    const byNode = await wireOf((res, { bytes }) => res.write(bytes))
    expect(await wireOf((res, frame) => writeFrame(res, frame)), NODE).toBe(byNode)
  })

  it('has the method and the fields that writeFrame reads', async () => {
    const seen: unknown[] = []
    await talk(get('/', '1.1', 'close'), (res) => {
      res.flushHeaders()
      seen.push(
        res.write === OutgoingMessage.prototype.write,
        res.chunkedEncoding,
        res.socket instanceof Socket,
      )
      res.end()
    })
    expect(seen, NODE).toEqual([true, true, true])
  })

  it('is bypassed by writeFrame, so that the first test compares two ways', async () => {
    const written: unknown[] = []
    const frame = frameOf('uno')
    await talk(get('/', '1.1', 'close'), (res) => {
      res.flushHeaders()
      const socket = res.socket as Socket
      const write = socket.write.bind(socket) as (chunk: Buffer) => boolean
      socket.write = ((chunk: Buffer) => {
        written.push(chunk)
        return write(chunk)
      }) as typeof socket.write
      writeFrame(res, frame)
      Reflect.deleteProperty(socket, 'write')
      res.end()
    })
    expect(written, NODE).toEqual([frame.chunk])
  })
})
