import { z } from 'zod'

/** What the ERP posts: the ids of an event's things, without their data. At most 200, as it documents. */
export interface NotificationBody {
  event: string
  /** Those that can be products' ids. */
  ids: string[]
}

/** Reads a delivery's body; null for what is none. Ids come as text; numbers and a single one are taken too. */
export function readNotification(body: unknown): NotificationBody | null {
  const read = notification.safeParse(body)
  if (!read.success) return null
  const { event, id } = read.data
  const ids = [id]
    .flat()
    .map(String)
    .filter((one) => /^[0-9]{1,16}$/.test(one))
  return { event, ids: [...new Set(ids.map((one) => BigInt(one).toString()))] }
}

const id = z.union([z.string(), z.number()])
const notification = z.object({
  event: z.string().min(1).max(100),
  id: z.union([id, z.array(id).max(10_000)]).default([]),
})
