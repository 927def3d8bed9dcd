import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef } from 'react'
import { throttle } from '../lib/throttle.js'

/** Often enough to see the table fill, seldom enough that a fast sync does not cost a request a page. */
const REFRESH_MS = 2_000

/** Reads what is in view of some lists again when `mark` changes: at once, then at most every two seconds. */
export function useRefreshOn(mark: string, keys: readonly QueryKey[]): void {
  const client = useQueryClient()
  const refresh = useRef<(() => void) | null>(null)

  const readAgain = useEffectEvent(() => {
    // A read under way is let finish: cancelling it each time would mean that none ever does.
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
