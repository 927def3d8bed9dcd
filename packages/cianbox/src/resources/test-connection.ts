import type { Requester } from '../http/requester.js'
import type { Dialect } from '../parse/envelope.js'
import { listProducts } from './products.js'

/** What a test of the connection found. */
export interface ConnectionReport {
  /** Pages of `pageSize` products; null when the server does not say. */
  totalPages: number | null
  pageSize: number
  /** Names of the first products. */
  sample: string[]
}

const PAGE_SIZE = 10
const SAMPLE_SIZE = 5

/** Reads one small page. Logging in beforehand, with the credentials themselves, is the caller's part. */
export async function readSample(
  request: Requester,
  dialect: Dialect,
  signal: AbortSignal | undefined,
): Promise<ConnectionReport> {
  const page = await listProducts(request, dialect, {
    page: 1,
    limit: PAGE_SIZE,
    // Only v2 is known to take `fields`.
    ...(dialect === 'v2' ? { fields: ['id', 'producto'] } : {}),
    ...(signal ? { signal } : {}),
  })
  const sample = page.products.slice(0, SAMPLE_SIZE).map((product) => product.name)
  return { totalPages: page.totalPages, pageSize: PAGE_SIZE, sample }
}
