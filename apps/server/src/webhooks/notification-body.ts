import { isProductId } from '@espejo/contract'
import { z } from 'zod'

/** What the ERP posts: the ids of an event's things, without their data. At most 200, as it documents. */
export interface NotificationBody {
  event: string
  /** Those that can be products' ids. */
  ids: string[]
  /** How many there were that cannot be: asked for among others, one of them spoils the whole request. */
  ignored: number
}

/** Reads a delivery's body; null for what is none. Ids come as text; numbers and a single one are taken too. */
export function readNotification(body: unknown): NotificationBody | null {
  const read = notification.safeParse(body)
  if (!read.success) return null
  const { event, id } = read.data
  const told = [id].flat().map(String)
  const ids = told.filter(isProductId)
  return {
    event,
    ids: [...new Set(ids.map((one) => BigInt(one).toString()))],
    ignored: told.length - ids.length,
  }
}

const id = z.union([z.string(), z.number()])
const notification = z.object({
  event: z.string().min(1).max(100),
  id: z.union([id, z.array(id).max(10_000)]).default([]),
})
