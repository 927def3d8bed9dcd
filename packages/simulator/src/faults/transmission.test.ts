import { request } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { faulty, page2 } from '../../test/faulty.js'

describe('transmission', () => {
  test('hang sends nothing until the client disconnects, or for `ms`', async () => {
    const { get, account } = await faulty({ kind: 'hang' })
    const leaving = new AbortController()
    const response = get('/productos', {}, { signal: leaving.signal })
    await vi.waitFor(() => expect(account.faults()[0]?.strikes).toBe(1))
    leaving.abort()
    await expect(response).rejects.toThrow()
    account.clearFaults()
    account.inject({ kind: 'hang', ms: 5 })
    expect((await get('/productos')).status).toBe(200)
  })

  test('the simulator closes in spite of a hanging response', async () => {
    const { get, account, simulator } = await faulty({ kind: 'hang' })
    const response = get('/productos')
    await vi.waitFor(() => expect(account.faults()[0]?.strikes).toBe(1))
    await Promise.all([expect(response).rejects.toThrow(), simulator.close()])
  })

  test('reset cuts the connection before headers', async () => {
    const { get, account } = await faulty({ kind: 'reset' })
    await expect(get('/productos')).rejects.toThrow()
    await vi.waitFor(() => expect(account.counts().byStatus.none).toBe(1))
  })

  test('slow-drip sends the complete response in small chunks', async () => {
    const { address, truth } = await faulty({ kind: 'slow-drip', bytes: 40_000, everyMs: 1 })
    const { chunks, body } = await receive(address('/productos', page2))
    expect(chunks).toBeGreaterThan(1)
    expect(JSON.parse(body).body).toEqual(truth(2))
  })

  test('cut-body cuts the connection after the headers', async () => {
    const { get } = await faulty({ kind: 'cut-body' })
    const response = await get('/productos')
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  test('truncated-json completes, with invalid JSON', async () => {
    const { get } = await faulty({ kind: 'truncated-json', share: 0.9 })
    const text = await (await get('/productos')).text()
    expect(text).toContain('"status":"ok"')
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test('wrong-content-type keeps the body', async () => {
    const { get, truth } = await faulty({ kind: 'wrong-content-type' })
    const response = await get('/productos', page2)
    expect(response.headers.get('content-type')).toBe('text/plain')
    expect(JSON.parse(await response.text()).body).toEqual(truth(2))
  })

  test('invalid-utf8 inserts invalid bytes into the first name', async () => {
    const { get } = await faulty({ kind: 'invalid-utf8' })
    const bytes = Buffer.from(await (await get('/productos')).arrayBuffer())
    expect(bytes.includes(Buffer.from([0x22, 0xff, 0xfe, 0xc3]))).toBe(true)
    expect(JSON.parse(bytes.toString('utf8')).body[0].producto).toContain('\ufffd')
  })

  test('huge-page streams as long as the client reads', async () => {
    const { get } = await faulty({ kind: 'huge-page' })
    const response = await get('/productos')
    const reader = response.body?.getReader()
    let read = 0
    while (read < 5_000_000) read += (await reader?.read())?.value?.length ?? Number.POSITIVE_INFINITY
    expect(read).toBeLessThan(20_000_000)
    await reader?.cancel()
  })

  test('huge-page is JSON when read to its end', async () => {
    const { list, truth } = await faulty({ kind: 'huge-page', megabytes: 2 })
    const answer = await list('/productos', page2)
    expect(answer).toMatchObject({ relleno: expect.stringMatching(/^x+$/) })
    expect(answer.body).toEqual(truth(2))
  })

  test('gzip-bomb is small when sent and large when decompressed', async () => {
    const { address, list } = await faulty({ kind: 'gzip-bomb', megabytes: 8 })
    const { bytes } = await receive(address('/productos', page2))
    expect(bytes).toBeLessThan(200_000)
    expect(JSON.stringify(await list('/productos', page2)).length).toBeGreaterThan(8_000_000)
  })
})

/** Number of chunks and bytes of the response, before decompression. */
function receive(address: string): Promise<{ chunks: number; bytes: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(address, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        const all = Buffer.concat(pieces)
        resolve({ chunks: pieces.length, bytes: all.length, body: all.toString('utf8') })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}
