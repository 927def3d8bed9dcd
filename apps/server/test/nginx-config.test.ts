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
  it('is taken by nginx as it is, and as docker-compose.yml has it', () => {
    checkConfig({})
    checkConfig({
      'nginx/site.conf': [
        [
          readDeployFile('nginx/site.conf'),
          // Here the terminal is no file that nginx could open.
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
  it('is told the truth about the client, whatever the client says, on a connection that is kept', async () => {
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

  it('that breaks off has its GETs asked of the other node, and a POST of nobody else', async () => {
    const broken = await stubNode((req) => void req.socket.destroy())
    const sound = await stubNode((_req, res) => void res.end('{}'))
    // Its failures are not remembered, so that every request may meet it.
    const { url } = await proxy(broken, {
      other: sound,
      edits: { 'nginx/site.conf': [['max_fails=1', 'max_fails=0']] },
    })
    const ask = (method: string, path: string) =>
      Promise.all(Array.from({ length: 8 }, () => fetch(url + path, { method })))
    for (const path of [STREAM, WATCH, '/api/cianbox/sync/runs']) {
      expect((await ask('GET', path)).map(({ status }) => status)).toEqual(Array(8).fill(200))
    }
    const posts = await ask('POST', '/api/cianbox/sync/runs')
    const came = [...broken.requests, ...sound.requests].filter(({ method }) => method === 'POST')
    expect(came).toHaveLength(8)
    expect(broken.requests.some(({ method }) => method === 'POST')).toBe(true)
    const [refused] = posts.filter(({ status }) => status === 502)
    expect(refused?.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused?.json()).toMatchObject({ status: 502, code: 'unreachable' })
  })

  it('that is not there loses no POST, for none was sent', async () => {
    const sound = await stubNode((_req, res) => void res.end('{}'))
    const { url } = await proxy({ port: await freePort() }, { other: sound })
    for (let i = 0; i < 4; i++) {
      expect((await fetch(`${url}/api/cianbox/sync/runs`, { method: 'POST', body: '{}' })).status).toBe(200)
    }
    expect(sound.requests).toHaveLength(4)
  })

  it('is asked once for a file whose name bears a hash, and the other node when it does not know it', async () => {
    const serve = (req: IncomingMessage, res: ServerResponse) =>
      void res
        .writeHead(200, {
          'cache-control': 'public, max-age=31536000, immutable',
          'content-type': 'text/javascript',
          'content-security-policy': "default-src 'none'",
        })
        .end(`/* ${req.url} ${'x'.repeat(2000)} */`)
    const behind = await stubNode((_req, res) => void res.writeHead(404).end())
    const ahead = await stubNode(serve)
    const { url } = await proxy(behind, { other: ahead })
    for (const path of ['/assets/a-1.js', '/assets/b-2.js', '/assets/a-1.js', '/assets/b-2.js?again']) {
      const answer = await fetch(url + path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'")
      expect(answer.headers.get('content-encoding')).toBe('gzip')
    }
    expect(ahead.requests.map((req) => req.url)).toEqual(['/assets/a-1.js', '/assets/b-2.js'])
  })
})

describeWithNginx('while no node answers', () => {
  it.each([
    ['a run is watched', WATCH, {}],
    ['the starting route is asked with a cursor', STREAM, { 'last-event-id': 'r7k2m9.4' }],
    ['the starting route is asked with a cursor in its address', `${STREAM}?lastEventId=r7k2m9.4`, {}],
  ])('an EventSource is told to come back: %s', async (_case, path, headers) => {
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
    ['a first request on the starting route, which could start a run', STREAM, asEventSource],
    ['who asks for a snapshot', WATCH, { accept: 'application/json' }],
    ['every other route', '/api/products', { accept: 'text/event-stream' }],
  ])('not so %s', async (_case, path, headers) => {
    const { url } = await proxyOfNobody()
    const answer = await fetch(url + path, { headers })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(await answer.json()).toMatchObject({ code: 'unreachable' })
  })
})

describeWithNginx('the logs of nginx', () => {
  it('show paths and nodes, and never a query, a Referer or a webhook’s secret, even of what fails', async () => {
    const logs = await logsOfTrouble('planted-secret-83')
    expect(logs).toContain(`"path":"${STREAM}"`)
    expect(logs).toContain('"path":"/api/webhooks/cianbox/[hidden]"')
    for (const trouble of ['"status":"502"', '"nodeStatus":"504, 504"', '"status":"413"', '"status":"400"']) {
      expect(logs).toContain(trouble)
    }
    expect(logs).not.toContain('planted-secret-83')
  })

  it('would show all that, if nginx wrote of errors about requests: so the test above can fail', async () => {
    const edits: Edits = { 'nginx/site.conf': [['error.log emerg', 'error.log error']] }
    expect(await logsOfTrouble('planted-secret-83', edits)).toContain('planted-secret-83')
  })
})

/** What nginx logs of requests full of secrets, to nodes that break off, answer, do not, and are not there. */
async function logsOfTrouble(planted: string, edits: Edits = {}): Promise<string> {
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
    // It may be told that it is too big before it has sent it all.
    await fetch(nginx.url + STREAM + query, { method: 'POST', body, headers }).catch(() => undefined)
    await nginx.stop()
    logs.push(nginx.logs())
  }
  return logs.join('')
}

describeWithNginx('the numbers of the inside', () => {
  it.each(['/metrics', '/Metrics/'])('are not for the outside: %s', async (path) => {
    const node = await stubNode((_req, res) => void res.end('numbers'))
    const { url } = await proxy(node)
    expect((await fetch(url + path)).status).toBe(404)
    expect(node.requests).toEqual([])
  })
})

describe('the files for Docker and systemd', () => {
  it('give a stopping process longer than it takes', () => {
    expect(readDeployFile('espejo@.service')).toMatch(/^TimeoutStopSec=40$/m)
    expect(readDeployFile('docker-compose.yml')).toContain('stop_grace_period: 40s')
  })
})

async function proxyOfNobody(): Promise<Nginx> {
  return proxy({ port: await freePort() })
}
