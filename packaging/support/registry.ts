import { execFileSync } from 'node:child_process'
import { env } from 'node:process'

/** Why tests that install packages are skipped, for their titles; null if they run. In CI they are never skipped. */
export const whyNoRegistry = env.CI || (await isReachable()) ? null : 'the registry of npm is not reachable'

async function isReachable(): Promise<boolean> {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  try {
    await fetch(registry, { method: 'HEAD', signal: AbortSignal.timeout(10_000) })
    return true
  } catch {
    return false
  }
}
