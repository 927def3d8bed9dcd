import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'

/** The only reader of environment variables. Loads `.env` if it exists; variables that are set already win. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  if (existsSync('.env')) loadEnvFile('.env')
  return process.env
}
