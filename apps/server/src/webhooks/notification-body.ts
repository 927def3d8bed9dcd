import { isProductId } from '@espejo/contract'
import { z } from 'zod'

/** The body of a notification: an event and the ids it is about, without data. The ERP documents at most 200 ids. */
export interface NotificationBody {
  event: string
  /** The valid product ids, without duplicates. */
  ids: string[]
  /** Number of invalid ids. They are dropped: one invalid id makes the ERP refuse a whole request. */
  ignored: number
}

/** Parses a notification's body; null when it is invalid. Ids are strings; numbers and a single id are accepted too. */
export function readNotification(body: unknown): NotificationBody | null {
  const read = notification.safeParse(body)
  if (!read.success) return null
  const { event, id } = read.data
  const received = [id].flat().map(String)
  const ids = received.filter(isProductId)
  return {
    event,
    ids: [...new Set(ids.map((one) => BigInt(one).toString()))],
    ignored: received.length - ids.length,
  }
}

const id = z.union([z.string(), z.number()])
const notification = z.object({
  event: z.string().min(1).max(100),
  id: z.union([id, z.array(id).max(10_000)]).default([]),
})
