export { type RunOptions, useRun, type WatchedRun } from './use-run.js'
export { useSSESync } from './use-sse-sync.js'
export { useSSESyncFetch } from './use-sse-sync-fetch.js'
export type { Sync, SyncOptions } from './use-sync.js'
