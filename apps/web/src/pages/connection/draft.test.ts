import type { Connection } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import { type Draft, parseDraft, toDraft } from './draft.js'

const stored: Connection = {
  cuenta: 'mi-cuenta',
  appName: 'Espejo',
  appCode: 'abc',
  user: 'api',
  hasPassword: true,
  pageSize: 100,
  dialect: 'v2',
  requestsPerSecond: 0.5,
  dailyRequestBudget: null,
  requestsToday: 0,
  isActive: true,
  updatedAt: '2026-01-01T00:00:00Z',
}

describe('toDraft', () => {
  it('never holds the stored password, and uses the reader’s decimal separator', () => {
    expect(toDraft(stored, ',')).toMatchObject({ password: '', pageSize: '100', requestsPerSecond: '0,5' })
  })

  it('starts a new connection with the default limits', () => {
    expect(toDraft(null, ',')).toMatchObject({
      pageSize: '200',
      requestsPerSecond: '2',
      dialect: 'v2',
      isActive: true,
    })
  })
})

describe('parseDraft', () => {
  const draft = toDraft(stored, ',')

  it('keeps the stored password by leaving it out', () => {
    const parsed = parseDraft(draft, true)
    expect(parsed).toMatchObject({ ok: true, body: { cuenta: 'mi-cuenta', requestsPerSecond: 0.5 } })
    expect(parsed.ok && 'password' in parsed.body).toBe(false)
  })

  it('sends a new password as typed, with its spaces', () => {
    expect(parseDraft({ ...draft, password: ' x ' }, true)).toMatchObject({
      ok: true,
      body: { password: ' x ' },
    })
  })

  it('sends an empty budget as no limit', () => {
    expect(parseDraft(draft, true)).toMatchObject({ ok: true, body: { dailyRequestBudget: null } })
    expect(parseDraft({ ...draft, dailyRequestBudget: ' 5000 ' }, true)).toMatchObject({
      ok: true,
      body: { dailyRequestBudget: 5000 },
    })
  })

  it('requires a password if none is stored', () => {
    expect(parseDraft(draft, false)).toEqual({ ok: false, problems: { password: { key: 'required' } } })
  })

  it.each<[keyof Draft, string, object]>([
    ['cuenta', '', { key: 'required' }],
    ['cuenta', '../otra', { key: 'format' }],
    ['appName', '   ', { key: 'required' }],
    ['user', 'x'.repeat(201), { key: 'tooLong' }],
    ['pageSize', '5', { key: 'tooSmall', minimum: 10 }],
    ['pageSize', '201', { key: 'tooBig', maximum: 200 }],
    ['pageSize', '20,5', { key: 'notInteger' }],
    ['pageSize', 'muchos', { key: 'notNumber' }],
    ['pageSize', '', { key: 'required' }],
    ['dailyRequestBudget', '9', { key: 'tooSmall', minimum: 10 }],
    ['dailyRequestBudget', '100,5', { key: 'notInteger' }],
    ['dailyRequestBudget', 'sin', { key: 'notNumber' }],
    ['requestsPerSecond', '0', { key: 'tooSmall', minimum: 0.1 }],
    ['requestsPerSecond', '1e3', { key: 'notNumber' }],
  ])('refuses %s «%s»', (field, value, problem) => {
    expect(parseDraft({ ...draft, [field]: value }, true)).toEqual({
      ok: false,
      problems: { [field]: problem },
    })
  })

  it('names every refused field at once', () => {
    const parsed = parseDraft({ ...draft, cuenta: '', pageSize: '1' }, false)
    expect(!parsed.ok && Object.keys(parsed.problems).sort()).toEqual(['cuenta', 'pageSize', 'password'])
  })
})
