import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { checkConfig, describeWithNginx, type Edits, type Nginx, readDeployFile } from './support/nginx.js'
import { freePort } from './support/processes.js'
import { openStream } from './support/stream.js'
import { proxy, stubNode } from './support/stub-node.js'

const STREAM = '/api/cianbox/sync/products/stream'
const WATCH = '/api/cianbox/sync/runs/r7k2m9/events'
const asEventSource = { accept: 'text/event-stream' }

describeWithNginx('the shipped nginx configuration', () => {
  it('is valid to nginx, also in the form for docker-compose.yml', () => {
    checkConfig({})
    checkConfig({
      'nginx/site.conf': [
        [
          readDeployFile('nginx/site.conf'),
          // In this environment nginx cannot open the terminal as a file.
          readDeployFile('compose/site.conf').replaceAll('/dev/std', 'std'),
        ],
      ],
    })
  })

  it('sets the same directives for one machine as for docker-compose.yml', () => {
    const names = (path: string) =>
      readDeployFile(path)
        .split('\n')
        .flatMap((line) => /^\s*(#?[a-z_]+)\s+[^#]*[;{]/.exec(line)?.[1] ?? [])
    expect(names('compose/site.conf')).toEqual(names('nginx/site.conf'))
  })
})

describeWithNginx('a node behind nginx', () => {
  it('gets the real address of the client, whatever headers it sends, over a kept-alive connection', async () => {
    const node = await stubNode((_req, res) => void res.end('{}'))
    const { url } = await proxy(node)
    for (const claimed of ['203.0.113.9', '198.51.100.1']) {
      await fetch(`${url}/api/auth/me`, { headers: { 'x-forwarded-for': claimed, 'x-request-id': claimed } })
    }
    for (const { headers } of node.requests) {
      expect(headers).toMatchObject({
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': '127.0.0.1',
        'x-forwarded-proto': 'http',
        host: '127.0.0.1',
      })
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
      expect(headers).not.toHaveProperty('connection')
    }
    expect(node.requests).toHaveLength(2)
  })

  it('that closes the connection has its GETs repeated at the other node, but not its POSTs', async () => {
    const broken = await stubNode((req) => void req.socket.destroy())
    const sound = await stubNode((_req, res) => void res.end('{}'))
    // Without max_fails, so that any request may be sent to it.
    const { url } = await proxy(broken, {
      other: sound,
      edits: { 'nginx/site.conf': [['max_fails=1', 'max_fails=0']] },
    })
    const send = (method: string, path: string) =>
      Promise.all(Array.from({ length: 8 }, () => fetch(url + path, { method })))
    for (const path of [STREAM, WATCH, '/api/cianbox/sync/runs']) {
      expect((await send('GET', path)).map(({ status }) => status)).toEqual(Array(8).fill(200))
    }
    const posts = await send('POST', '/api/cianbox/sync/runs')
    const came = [...broken.requests, ...sound.requests].filter(({ method }) => method === 'POST')
    expect(came).toHaveLength(8)
    expect(broken.requests.some(({ method }) => method === 'POST')).toBe(true)
    const [refused] = posts.filter(({ status }) => status === 502)
    expect(refused?.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused?.json()).toMatchObject({ status: 502, code: 'unreachable' })
  })

  it('that is down loses no POST, because none was sent', async () => {
    const sound = await stubNode((_req, res) => void res.end('{}'))
    const { url } = await proxy({ port: await freePort() }, { other: sound })
    for (let i = 0; i < 4; i++) {
      expect((await fetch(`${url}/api/cianbox/sync/runs`, { method: 'POST', body: '{}' })).status).toBe(200)
    }
    expect(sound.requests).toHaveLength(4)
  })

  it('gets one request for each file with a hash in its name; the other node if it answers 404', async () => {
    const serve = (req: IncomingMessage, res: ServerResponse) =>
      void res
        .writeHead(200, {
          'cache-control': 'public, max-age=31536000, immutable',
          'content-type': 'text/javascript',
          'content-security-policy': "default-src 'none'",
        })
        .end(`/* ${req.url} ${'x'.repeat(2000)} */`)
    const withoutFiles = await stubNode((_req, res) => void res.writeHead(404).end())
    const withFiles = await stubNode(serve)
    const { url } = await proxy(withoutFiles, { other: withFiles })
    for (const path of ['/assets/a-1.js', '/assets/b-2.js', '/assets/a-1.js', '/assets/b-2.js?again']) {
      const answer = await fetch(url + path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'")
      expect(answer.headers.get('content-encoding')).toBe('gzip')
    }
    expect(withFiles.requests.map((req) => req.url)).toEqual(['/assets/a-1.js', '/assets/b-2.js'])
  })
})

describeWithNginx('nginx without a reachable node', () => {
  it.each([
    ['on the watching route', WATCH, {}],
    ['on the starting route with a cursor', STREAM, { 'last-event-id': 'r7k2m9.4' }],
    ['on the starting route with a cursor in the query', `${STREAM}?lastEventId=r7k2m9.4`, {}],
  ])('sends `drain` to an EventSource %s', async (_case, path, headers) => {
    const { url } = await proxyOfNobody()
    const stream = await openStream(url + path, headers)
    expect(stream.status).toBe(200)
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    const { data } = await stream.event('drain')
    await stream.over
    expect(stream.retries).toEqual([JSON.parse(data).retryMs])
    expect(stream.retries[0]).toBeGreaterThanOrEqual(1000)
  })

  it.each([
    ['a first request to the starting route, which could start a run', STREAM, asEventSource],
    ['a request for a snapshot', WATCH, { accept: 'application/json' }],
    ['any other route', '/api/products', { accept: 'text/event-stream' }],
  ])('answers 502 to %s', async (_case, path, headers) => {
    const { url } = await proxyOfNobody()
    const answer = await fetch(url + path, { headers })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(await answer.json()).toMatchObject({ code: 'unreachable' })
  })
})

describeWithNginx('the logs of nginx', () => {
  it('have paths and nodes, and never a query, a Referer or a webhook’s secret, even of failed requests', async () => {
    const logs = await logsOfFailures('planted-secret-83')
    expect(logs).toContain(`"path":"${STREAM}"`)
    expect(logs).toContain('"path":"/api/webhooks/cianbox/[hidden]"')
    for (const failure of ['"status":"502"', '"nodeStatus":"504, 504"', '"status":"413"', '"status":"400"']) {
      expect(logs).toContain(failure)
    }
    expect(logs).not.toContain('planted-secret-83')
  })

  it('would have them at the usual error level, which shows that the test above can fail', async () => {
    const edits: Edits = { 'nginx/site.conf': [['error.log emerg', 'error.log error']] }
    expect(await logsOfFailures('planted-secret-83', edits)).toContain('planted-secret-83')
  })
})

/** The logs of nginx for requests with secrets, to nodes that close the connection, answer, hang or are down. */
async function logsOfFailures(planted: string, edits: Edits = {}): Promise<string> {
  const query = `?token=${planted}&ticket=${planted}`
  const headers = { referer: `http://127.0.0.1/${query}`, cookie: planted, authorization: planted }
  const paths = [STREAM, `${WATCH}/`, '/api/products', '/', `/api/webhooks/cianbox/${planted}`, '/%00']
  const breaking = await stubNode((req) => void req.socket.destroy())
  const answering = await stubNode((_req, res) => void res.end('{}'))
  const silent = await stubNode(() => undefined)
  const logs: string[] = []
  for (const node of [breaking, answering, silent, { port: await freePort() }]) {
    const nginx = await proxy(node, {
      edits: {
        'nginx/site.conf': [['max_fails=1', 'max_fails=0'], ...(edits['nginx/site.conf'] ?? [])],
        'nginx/routes.conf': [
          ['120s; # eight pings', '120ms; #'],
          ['60s; # the longest', '120ms; #'],
        ],
      },
    })
    for (const path of paths) await fetch(nginx.url + path + query, { headers })
    const body = 'x'.repeat(3_000_000)
    // The answer 413 may arrive before the whole body is sent.
    await fetch(nginx.url + STREAM + query, { method: 'POST', body, headers }).catch(() => undefined)
    await nginx.stop()
    logs.push(nginx.logs())
  }
  return logs.join('')
}

describeWithNginx('the metrics of a node', () => {
  it.each(['/metrics', '/Metrics/'])('are not served to clients: %s', async (path) => {
    const node = await stubNode((_req, res) => void res.end('numbers'))
    const { url } = await proxy(node)
    expect((await fetch(url + path)).status).toBe(404)
    expect(node.requests).toEqual([])
  })
})

describe('the files for Docker and systemd', () => {
  it('allow a process more time than it needs to stop', () => {
    expect(readDeployFile('espejo@.service')).toMatch(/^TimeoutStopSec=40$/m)
    expect(readDeployFile('docker-compose.yml')).toContain('stop_grace_period: 40s')
  })
})

async function proxyOfNobody(): Promise<Nginx> {
  return proxy({ port: await freePort() })
}
