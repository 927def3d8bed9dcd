import { once } from 'node:events'
import { connect } from 'node:http2'
import { createConnection } from 'node:net'
import { until } from '@espejo/tooling/until'
import { expect, it, onTestFinished } from 'vitest'
import { describeWithNginx, type Edits, OPENSSL_IS_HERE } from './support/nginx.js'
import { openStream } from './support/stream.js'
import { proxy, streamingNode } from './support/stub-node.js'

const STREAM = '/api/cianbox/sync/products/stream'
const WATCH = '/api/cianbox/sync/runs/r7k2m9/events'

/** A proxy that buffers and compresses answers, as many do, and ignores the headers against it. */
const BUFFERING: Edits = {
  'nginx/routes.conf': [
    ['proxy_buffering     off;', 'proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;'],
    ['gzip                off;', 'gzip on; gzip_min_length 0; gzip_types text/event-stream;'],
  ],
}

describeWithNginx('a stream through nginx', () => {
  it('shows its first event before the second is written', async () => {
    const { node, write } = await streamingNode()
    const { url } = await proxy(node)
    const stream = await openStream(url + WATCH, {})
    await until(() => node.requests.length > 0)
    write('event: start\nid: r7k2m9.1\ndata: {}\n\n')
    await stream.event('start')
    write('event: complete\nid: r7k2m9.2\ndata: {}\n\n')
    await stream.event('complete')
  })

  it('does not if the proxy buffers and compresses, which shows that the test above can fail', async () => {
    const { node, write, end } = await streamingNode()
    const { url } = await proxy(node, { edits: BUFFERING })
    let isOpen = false
    const opening = openStream(url + WATCH, {}).finally(() => {
      isOpen = true
    })
    await until(() => node.requests.length > 0)
    write('event: start\nid: r7k2m9.1\ndata: {}\n\n')
    await laterRequests(url)
    expect(isOpen).toBe(false)
    end('event: complete\nid: r7k2m9.2\ndata: {}\n\n')
    const stream = await opening
    await stream.over
    expect(stream.events.map(({ event }) => event)).toEqual(['start', 'complete'])
  })

  it.each([
    ['causes backpressure at its node', {}, true],
    ['causes no backpressure if the proxy buffers, so that old frames are sent', BUFFERING, false],
  ])('whose viewer does not read %s', async (_case, edits, hasBackpressure) => {
    const { node, streams } = await streamingNode()
    const { url } = await proxy(node, { edits })
    const { hostname, port } = new URL(url)
    const viewer = createConnection(Number(port), hostname).pause()
    onTestFinished(() => void viewer.destroy())
    viewer.write(`GET ${WATCH} HTTP/1.1\r\nhost: x\r\n\r\n`)
    const stream = await until(() => streams[0])
    // More than the socket buffers hold.
    for (let i = 0; i < 48; i++) stream.write(`event: progress\ndata: ${'x'.repeat(1_000_000)}\n\n`)
    if (hasBackpressure) await laterRequests(url)
    else await until(() => stream.writableLength === 0)
    expect(stream.writableLength > 0).toBe(hasBackpressure)
  })

  it('stays open by its pings past every timeout, and closes when its node sends nothing', async () => {
    const { node, write } = await streamingNode()
    const { url } = await proxy(node, {
      edits: {
        'nginx/routes.conf': [
          ['proxy_read_timeout     60s', 'proxy_read_timeout 1s'],
          ['proxy_read_timeout  120s', 'proxy_read_timeout 3s'],
        ],
      },
    })
    const stream = await openStream(url + WATCH, {})
    const pinging = setInterval(() => write('event: ping\ndata: {}\n\n'), 500)
    await until(() => stream.pings.length >= 8 || stream.isOver())
    clearInterval(pinging)
    expect(stream.isOver()).toBe(false)
    await stream.over
    expect(stream.pings.length).toBeGreaterThanOrEqual(8)
  })

  it('is not compressed, and keeps the headers that an outer proxy needs', async () => {
    const { node } = await streamingNode()
    const { url } = await proxy(node)
    const stream = await openStream(url + WATCH, { 'accept-encoding': 'gzip' })
    expect(stream.headers.get('content-encoding')).toBeNull()
    expect(stream.headers.get('x-accel-buffering')).toBe('no')
    expect(stream.headers.get('cache-control')).toBe('no-cache, no-transform')
  })

  it('is limited to two hundred from one IP address', async () => {
    const { node } = await streamingNode()
    const { url } = await proxy(node, {
      edits: { 'nginx/routes.conf': [['espejo_streams 200', 'espejo_streams 2']] },
    })
    const open = await Promise.all([1, 2].map(() => openStream(url + WATCH, {})))
    expect(open.map(({ status }) => status)).toEqual([200, 200])
    expect((await openStream(url + STREAM, {})).status).toBe(429)
    expect((await fetch(`${url}/api/auth/me`)).status).toBe(200)
  })

  it.skipIf(!OPENSSL_IS_HERE)(
    `works over HTTP/2 and TLS${OPENSSL_IS_HERE ? '' : ' (skipped: no openssl to make a certificate)'}`,
    async () => {
      const { node, write } = await streamingNode()
      const { tlsUrl } = await proxy(node, { tls: true })
      const session = connect(String(tlsUrl), { rejectUnauthorized: false })
      onTestFinished(() => session.destroy())
      // More streams than the six connections of HTTP/1.1, over one connection.
      const requests = Array.from({ length: 8 }, () =>
        session.request({ ':path': WATCH, accept: 'text/event-stream' }).setEncoding('utf8'),
      )
      const responses = requests.map((request) => once(request, 'response'))
      const texts = requests.map(() => '')
      for (const [i, request] of requests.entries()) {
        request.on('data', (text: string) => {
          texts[i] += text
        })
      }
      await until(() => node.requests.length === 8)
      // Over HTTP/2 nginx sends the headers with the first bytes; our server sends a `retry` at once.
      write('retry: 1000\n\n')
      for (const [headers] of await Promise.all(responses)) {
        expect(headers).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream; charset=utf-8' })
        expect(headers).not.toHaveProperty('connection')
      }
      expect(session.alpnProtocol).toBe('h2')
      write('event: start\nid: r7k2m9.1\ndata: {}\n\n')
      await until(() => texts.every((text) => text.endsWith('event: start\nid: r7k2m9.1\ndata: {}\n\n')))
      expect(node.requests[0]?.headers['x-forwarded-proto']).toBe('https')
    },
  )
})

/** Sends further requests through the proxy: after their answers, anything sent before has arrived. */
async function laterRequests(url: string): Promise<void> {
  for (let i = 0; i < 20; i++) await (await fetch(`${url}/api/auth/me`)).text()
}
