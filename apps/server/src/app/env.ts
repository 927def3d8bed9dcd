import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'

/** The one place that reads the environment: `.env` first, where there is one; what is set wins over it. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  if (existsSync('.env')) loadEnvFile('.env')
  return process.env
}
