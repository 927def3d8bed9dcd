import type { Connection, Dialect } from '@espejo/contract'
import { type ConnectionBody, connectionBody } from '@espejo/contract/schemas'

/** The form as typed: numbers are text, and an empty password means the stored one. */
export interface Draft {
  cuenta: string
  appName: string
  appCode: string
  user: string
  password: string
  pageSize: string
  dialect: Dialect
  requestsPerSecond: string
  /** Empty: no limit. */
  dailyRequestBudget: string
  isActive: boolean
}

export type DraftField = keyof Draft

/** A field's error: a key of the texts under `field`, with the values of its placeholders. */
export type FieldProblem =
  | { key: 'required' | 'tooLong' | 'notNumber' | 'notInteger' | 'format' | 'invalid' }
  | { key: 'tooSmall'; minimum: number }
  | { key: 'tooBig'; maximum: number }

export type ParsedDraft =
  | { ok: true; body: ConnectionBody }
  | { ok: false; problems: Partial<Record<DraftField, FieldProblem>> }

/** The form of a stored connection, or the defaults of a new one. */
export function toDraft(connection: Connection | null, decimalPoint: string): Draft {
  return {
    cuenta: connection?.cuenta ?? '',
    appName: connection?.appName ?? '',
    appCode: connection?.appCode ?? '',
    user: connection?.user ?? '',
    password: '',
    pageSize: String(connection?.pageSize ?? 200),
    dialect: connection?.dialect ?? 'v2',
    requestsPerSecond: String(connection?.requestsPerSecond ?? 2).replace('.', decimalPoint),
    dailyRequestBudget: String(connection?.dailyRequestBudget ?? ''),
    isActive: connection?.isActive ?? true,
  }
}

/** Validates by the contract's schema. Returns the request body, or the first problem of each field. */
export function parseDraft(draft: Draft, hasPassword: boolean): ParsedDraft {
  const { password, ...rest } = draft
  const parsed = connectionBody.safeParse({
    ...rest,
    pageSize: toNumber(draft.pageSize),
    requestsPerSecond: toNumber(draft.requestsPerSecond),
    dailyRequestBudget: draft.dailyRequestBudget.trim() === '' ? null : toNumber(draft.dailyRequestBudget),
    ...(password === '' ? {} : { password }),
  })

  const problems: Partial<Record<DraftField, FieldProblem>> = {}
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path[0] as DraftField
    problems[field] ??= toProblem(issue, draft[field])
  }
  if (password === '' && !hasPassword) problems.password = { key: 'required' }
  return parsed.success && Object.keys(problems).length === 0
    ? { ok: true, body: parsed.data }
    : { ok: false, problems }
}

/** Accepts `0,5` and `0.5`. */
function toNumber(text: string): number {
  const plain = text.trim().replace(',', '.')
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : Number.NaN
}

type Issue = NonNullable<ReturnType<typeof connectionBody.safeParse>['error']>['issues'][number]

function toProblem(issue: Issue, typed: string | boolean): FieldProblem {
  if (typeof typed === 'string' && typed.trim() === '') return { key: 'required' }
  switch (issue.code) {
    case 'invalid_type':
      return { key: issue.expected === 'int' ? 'notInteger' : 'notNumber' }
    case 'invalid_format':
      return { key: 'format' }
    case 'too_small':
      return issue.origin === 'string'
        ? { key: 'required' }
        : { key: 'tooSmall', minimum: Number(issue.minimum) }
    case 'too_big':
      return issue.origin === 'string'
        ? { key: 'tooLong' }
        : { key: 'tooBig', maximum: Number(issue.maximum) }
    default:
      return { key: 'invalid' }
  }
}
