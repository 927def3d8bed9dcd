import { describe, expect, it } from 'vitest'
import { createSessions } from './session.js'

const HOUR = 3_600_000
const user = { id: 'ana', tenantId: 'uno', role: 'operator' as const }

function sessionsFrom(start: string) {
  let at = Date.parse(start)
  const sessions = createSessions({ secretKey: Buffer.alloc(32, 7), now: () => new Date(at) })
  const pass = (ms: number) => {
    at += ms
  }
  return { ...sessions, pass }
}

describe('a token that was accepted before', () => {
  it('is accepted until one millisecond before it expires', async () => {
    const { issue, verifyToken, pass } = sessionsFrom('2026-11-24T12:00:00Z')
    const { token, expiresAt } = await issue(user, 'session1')
    for (const ms of [0, 6 * HOUR, 6 * HOUR - 1]) {
      pass(ms)
      expect(await verifyToken(token)).toEqual({
        userId: 'ana',
        tenantId: 'uno',
        role: 'operator',
        expiresAt,
        id: 'session1',
      })
    }
    pass(1)
    expect(await verifyToken(token)).toBeNull()
  })

  it('does not make a similar token valid: one that differs in a single letter is refused', async () => {
    const { issue, verifyToken } = sessionsFrom('2026-11-24T12:00:00Z')
    const { token } = await issue(user)
    expect(await verifyToken(token)).not.toBeNull()
    // Without the last letter: base64 does not use all of its bits.
    for (let i = 0; i < token.length - 1; i++) {
      const altered = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1)
      expect(await verifyToken(altered), altered).toBeNull()
    }
    expect(await verifyToken(token)).not.toBeNull()
  })
})
