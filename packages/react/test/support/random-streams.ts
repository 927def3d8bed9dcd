import { env } from 'node:process'

/** How many random streams the conformance test compares: `STREAMS=10000` for a long look. */
export const RANDOM_STREAMS = Number(env.STREAMS ?? 300)
