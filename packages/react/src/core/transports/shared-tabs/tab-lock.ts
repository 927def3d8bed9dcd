/** A Web Lock that is held until it is released, or until another tab steals it. */
export interface HeldLock {
  release(): void
  /** Aborted when another tab has stolen the lock. */
  stolen: AbortSignal
}

/**
 * Takes a lock in a form that can be passed on: the API's own lasts as long as a callback.
 *
 * @returns null when `ifAvailable` was asked for and the lock is not
 * @throws when `signal` is aborted in the queue, or where locks may not be used
 */
export function takeLock(
  locks: Pick<LockManager, 'request'>,
  name: string,
  options: LockOptions,
): Promise<HeldLock | null> {
  return new Promise((resolve, reject) => {
    const stolen = new AbortController()
    const over = locks.request(name, options, (lock) => {
      if (!lock) return resolve(null)
      return new Promise<void>((release) => resolve({ release, stolen: stolen.signal }))
    })
    over.catch((cause) => {
      stolen.abort()
      // Says nothing any more once the lock was had.
      reject(cause)
    })
  })
}
