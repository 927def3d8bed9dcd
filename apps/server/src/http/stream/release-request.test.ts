import { once } from 'node:events'
import { createServer, IncomingMessage, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import { describe, expect, it } from 'vitest'
import { releaseExpressRequest, releaseRawRequest } from './release-request.js'

const { version } = createRequire(import.meta.url)('express/package.json') as { version: string }
const EXPRESS = `Express ${version} keeps other fields than release-request.ts expects: adapt both`
const NODE = `Node ${process.version} keeps headers in another way than release-request.ts expects: adapt both`

/** The names of an object's own fields, and of none of its prototypes. */
const ownFields = (object: object) => Object.keys(object)

/** Sends one request with a header to a server, and returns the text of the answer. */
async function ask(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const headers = { 'x-large': 'x'.repeat(2_000) }
    return await (await fetch(`http://127.0.0.1:${port}/runs/r1?a=1`, { headers })).text()
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Runs `check` in a route of a mounted router, as the stream's routes are, and rethrows its failure. */
async function inRoute(
  check: (req: Request, res: Response, bare: readonly string[][]) => void,
): Promise<void> {
  const bare: string[][] = []
  const app = express()
  const router = express.Router()
  let failure: unknown
  router.get('/:id', (req, res) => {
    try {
      check(req, res, bare)
    } catch (error) {
      failure = error
    }
    res.end()
  })
  app.use('/runs', router)
  await ask((req, res) => {
    bare.push(ownFields(req), ownFields(res))
    app(req, res)
  })
  if (failure) throw failure
}

describe("Express's request and response", () => {
  it('have just the fields that a released request is known to have', () =>
    inRoute((req, res, [bareReq = [], bareRes = []]) => {
      const added = ownFields(req).filter((name) => !bareReq.includes(name))
      expect(added.sort(), EXPRESS).toEqual(
        ['_parsedUrl', 'baseUrl', 'next', 'originalUrl', 'params', 'res', 'route'].sort(),
      )
      expect(
        ownFields(res)
          .filter((name) => !bareRes.includes(name))
          .sort(),
        EXPRESS,
      ).toEqual(['locals'])
      expect(req.next, EXPRESS).toBeTypeOf('function')
      expect(req.res, EXPRESS).toBe(res)
      expect(req.route, EXPRESS).toMatchObject({ path: '/:id' })
      expect(req.params, EXPRESS).toMatchObject({ id: 'r1' })
      expect(Reflect.get(req, '_parsedUrl'), EXPRESS).toMatchObject({ query: 'a=1' })
    }))

  it('refer to no middleware once released, and can still be answered', () =>
    inRoute((req, res, [bareReq = []]) => {
      releaseExpressRequest(req, res)
      const kept = ownFields(req).filter((name) => !bareReq.includes(name))
      const objects = kept
        .map((name): unknown => Reflect.get(req, name))
        .filter((value) => value instanceof Object)
      expect(objects, EXPRESS).toEqual([{}])
      expect(res.locals, EXPRESS).toEqual({})
      expect(res.writableEnded).toBe(false)
    }))

  it('stay as they are when the response has ended', () =>
    inRoute((req, res) => {
      res.end()
      releaseExpressRequest(req, res)
      expect(req.params).toMatchObject({ id: 'r1' })
    }))
})

describe("Node's request", () => {
  it('has no headers once released, in whatever form they are read, and can still be answered', async () => {
    const large = (req: IncomingMessage) => JSON.stringify([req.headers, req.rawHeaders]).includes('xxxx')
    const text = await ask((req, res) => {
      const before = large(req)
      releaseRawRequest(req, res)
      // Node's own fields, symbols too: an internal one could still hold the header.
      const fields = Reflect.ownKeys(req).filter((key) => key !== 'socket' && key !== 'client')
      const left = fields.filter((key) => JSON.stringify(headerLike(Reflect.get(req, key)))?.includes('xxxx'))
      res.end(JSON.stringify({ before, after: large(req), left: left.map(String) }))
    })
    expect(JSON.parse(text), NODE).toEqual({ before: true, after: false, left: [] })
  })

  it('has a setter for `headers` and a plain field `rawHeaders`', () => {
    const descriptor = Object.getOwnPropertyDescriptor(IncomingMessage.prototype, 'headers')
    expect(descriptor?.set, NODE).toBeTypeOf('function')
    expect(Object.hasOwn(new IncomingMessage(Object.create(null)), 'rawHeaders'), NODE).toBe(true)
  })
})

/** A value that could hold headers: an array or a plain object of text. */
function headerLike(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string')
  if (value === null || typeof value !== 'object') return undefined
  return Object.fromEntries(Object.entries(value).filter(([, item]) => typeof item === 'string'))
}
