/** A Web Lock that is held until it is released, or until another tab steals it. */
export interface TabLock {
  release(): void
  /** Aborted when another tab has stolen the lock. */
  stolen: AbortSignal
}

/**
 * Takes a Web Lock and returns it as an object, because the API itself holds a lock only while a callback
 * runs.
 *
 * @returns null with `ifAvailable` when the lock is taken
 * @throws when `signal` is aborted while waiting, or where locks are not allowed
 */
export function takeLock(
  locks: Pick<LockManager, 'request'>,
  name: string,
  options: LockOptions,
): Promise<TabLock | null> {
  return new Promise((resolve, reject) => {
    const stolen = new AbortController()
    const over = locks.request(name, options, (lock) => {
      if (!lock) return resolve(null)
      return new Promise<void>((release) => resolve({ release, stolen: stolen.signal }))
    })
    over.catch((cause) => {
      stolen.abort()
      // Has no effect if the lock was granted before: the promise is resolved already.
      reject(cause)
    })
  })
}
