import { CianboxError, type ConnectionReport, createCianboxClient, type Limiter } from '@espejo/cianbox'
import type { ConnectionTest } from '@espejo/contract'
import type { ConnectionTestBody } from '@espejo/contract/schemas'
import { BudgetSpentError } from './budget-spent.js'
import type { ConnectionStore, UnsealedConnection } from './connection-store.js'
import type { LimitsFor } from './request-limits.js'
import { RUN_CODE_OF_KIND } from './run-error-codes.js'
import { UnsealError } from './secrets.js'

/** Tests a connection: logs in to the ERP and reads one small page. Returns ERP errors instead of throwing them. */
export type ConnectionTester = (tenantId: string, form: ConnectionTestBody) => Promise<ConnectionTest>

/**
 * @param deps.timeoutMs - for the whole test. @defaultValue 30000
 * @param deps.limitsFor - for the tenant's shared rate limit and budget. The circuit breaker is not used: a test
 * shows the ERP's present state.
 */
export function createConnectionTester(deps: {
  connections: Pick<ConnectionStore, 'open'>
  baseUrl: string
  timeoutMs?: number
  limitsFor?: LimitsFor
}): ConnectionTester {
  const { connections, baseUrl, timeoutMs = 30_000, limitsFor } = deps
  const limiterFor = (tenantId: string, cuenta: string) =>
    limitsFor?.(tenantId, { cuenta, maxPauseMs: MAX_PAUSE_MS }).limiter
  return async (tenantId, form) => {
    let stored: UnsealedConnection | null = null
    try {
      stored = await connections.open(tenantId)
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error
      if (form.password === undefined) return UNREADABLE
    }
    const values = complete(form, stored)
    return values ? runTest(values, baseUrl, timeoutMs, limiterFor(tenantId, values.cuenta)) : INCOMPLETE
  }
}

/** A person waits for the test: a longer pause of the ERP becomes an error message. */
const MAX_PAUSE_MS = 5000

interface TestValues {
  cuenta: string
  credentials: { appName: string; appCode: string; user: string; password: string }
  dialect: 'v2' | 'simple'
  pageSize: number
}

const INCOMPLETE: ConnectionTest = {
  ok: false,
  code: 'connection_missing',
  message: 'Faltan datos. Completá cuenta, aplicación, usuario y contraseña, y probá de nuevo.',
}

const UNREADABLE: ConnectionTest = {
  ok: false,
  code: 'password_unreadable',
  message: 'La contraseña guardada no se puede leer con la clave actual del servidor. Escribila de nuevo.',
}

/** The form's values, completed with the stored ones; null when both lack one. */
function complete(form: ConnectionTestBody, stored: UnsealedConnection | null): TestValues | null {
  const known = { ...stored?.connection, password: stored?.password }
  const cuenta = form.cuenta ?? known.cuenta
  const appName = form.appName ?? known.appName
  const appCode = form.appCode ?? known.appCode
  const user = form.user ?? known.user
  const password = form.password ?? known.password
  if (!cuenta || !appName || !appCode || !user || !password) return null
  return {
    cuenta,
    credentials: { appName, appCode, user, password },
    dialect: form.dialect ?? known.dialect ?? 'v2',
    pageSize: known.pageSize ?? 200,
  }
}

async function runTest(
  values: TestValues,
  baseUrl: string,
  timeoutMs: number,
  limiter: Limiter | undefined,
): Promise<ConnectionTest> {
  const { cuenta, credentials, dialect } = values
  const deadline = AbortSignal.timeout(timeoutMs)
  let client: ReturnType<typeof createCianboxClient> | undefined
  try {
    // One attempt only: a person waits, and sees the ERP's answer.
    client = createCianboxClient({
      baseUrl,
      cuenta,
      credentials,
      dialect,
      retry: { attempts: 1 },
      ...(limiter ? { limiter } : {}),
    })
    return success(await client.testConnection({ signal: deadline }), values.pageSize)
  } catch (error) {
    if (error instanceof BudgetSpentError) {
      return { ok: false, code: 'daily_budget', message: error.operatorMessage }
    }
    if (!(error instanceof CianboxError)) throw error
    return error.kind === 'aborted'
      ? failure(new CianboxError('timeout', 'The test took too long'))
      : failure(error)
  } finally {
    await client?.close()
  }
}

function success(report: ConnectionReport, pageSize: number): ConnectionTest {
  const { totalPages, sample } = report
  const products = totalPages === null ? null : totalPages * report.pageSize
  const message =
    sample.length === 0
      ? 'Conexión correcta, pero la cuenta no muestra ningún producto.'
      : `Conexión correcta.${products === null ? '' : ` La cuenta tiene unos ${products} productos.`}`
  return {
    ok: true,
    message,
    totalPages: products === null ? null : Math.ceil(products / pageSize),
    sample,
  }
}

function failure(error: CianboxError): ConnectionTest {
  return { ok: false, code: RUN_CODE_OF_KIND[error.kind], message: error.operatorMessage }
}
