import { describe, expect, it, vi } from 'vitest'
import { eventually } from '../../test/eventually.js'
import { createCancellation } from './cancellation.js'
import { failureWithoutAnswer } from './connection/failure.js'

const failed = { ok: false, failure: failureWithoutAnswer('network') } as const

describe('a cancellation', () => {
  it('is sent once, even if the run id arrives several times', () => {
    const cancelRun = vi.fn(async () => ({ ok: true, value: null }) as const)
    const cancellation = createCancellation({ cancelRun }, () => {})
    cancellation.request(null)
    cancellation.send('r7k2m9')
    cancellation.send('r7k2m9')
    cancellation.request('r7k2m9')
    expect(cancelRun.mock.calls).toEqual([['r7k2m9']])
  })

  it('is not sent unless requested', () => {
    const cancelRun = vi.fn(async () => failed)
    createCancellation({ cancelRun }, () => {}).send('r7k2m9')
    expect(cancelRun).not.toHaveBeenCalled()
  })

  it('that failed can be requested again', async () => {
    const cancelRun = vi.fn(async () => failed)
    const cancellation = createCancellation({ cancelRun }, () => {})
    cancellation.request('r7k2m9')
    await eventually(() => expect(cancellation.state().cancelProblem?.code).toBe('network'))
    expect(cancellation.state().isCancelling).toBe(false)
    cancellation.request('r7k2m9')
    expect(cancellation.state()).toEqual({ isCancelling: true, cancelProblem: null })
    expect(cancelRun).toHaveBeenCalledTimes(2)
  })

  it('of the previous run does not set a problem on the next run', async () => {
    const onChange = vi.fn()
    const cancellation = createCancellation({ cancelRun: async () => failed }, onChange)
    cancellation.request('vieja')
    cancellation.reset()
    cancellation.request(null)
    onChange.mockClear()
    await new Promise((resolve) => setImmediate(resolve))
    expect(cancellation.state()).toEqual({ isCancelling: true, cancelProblem: null })
    expect(onChange).not.toHaveBeenCalled()
  })
})
