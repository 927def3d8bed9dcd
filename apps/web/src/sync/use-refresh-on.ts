import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef } from 'react'
import { throttle } from '../lib/throttle.js'

/** Short enough to see the table fill, long enough that a fast sync does not cause a request per page. */
const REFRESH_MS = 2_000

/** Refetches the mounted queries under `keys` when `mark` changes: at once, then at most every two seconds. */
export function useRefreshOn(mark: string, keys: readonly QueryKey[]): void {
  const client = useQueryClient()
  const refresh = useRef<(() => void) | null>(null)

  const readAgain = useEffectEvent(() => {
    // Does not cancel a running refetch: with frequent changes none would ever finish.
    for (const queryKey of keys) void client.invalidateQueries({ queryKey }, { cancelRefetch: false })
  })
  useEffect(() => {
    const { call, stop } = throttle(() => readAgain(), REFRESH_MS)
    refresh.current = call
    return stop
  }, [])

  const first = useRef(mark)
  useEffect(() => {
    if (mark === first.current) return
    first.current = mark
    refresh.current?.()
  }, [mark])
}
