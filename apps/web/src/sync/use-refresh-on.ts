import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { PRODUCTS_KEY } from '../api/products.js'
import { RUNS_KEY } from '../api/runs.js'
import { throttle } from '../lib/throttle.js'

/** Often enough to see the table fill, seldom enough that a fast sync does not cost a request a page. */
const REFRESH_MS = 2_000

/** Reads the lists in view again when `mark` changes: at once, then at most every two seconds. */
export function useRefreshOn(mark: string): void {
  const client = useQueryClient()
  const refresh = useRef<(() => void) | null>(null)

  useEffect(() => {
    const { call, stop } = throttle(() => {
      // A read under way is let finish: cancelling it each time would mean that none ever does.
      for (const queryKey of [PRODUCTS_KEY, RUNS_KEY]) {
        void client.invalidateQueries({ queryKey }, { cancelRefetch: false })
      }
    }, REFRESH_MS)
    refresh.current = call
    return stop
  }, [client])

  const first = useRef(mark)
  useEffect(() => {
    if (mark === first.current) return
    first.current = mark
    refresh.current?.()
  }, [mark])
}
