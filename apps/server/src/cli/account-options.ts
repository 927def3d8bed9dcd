import { setupBody } from '@espejo/contract/schemas'
import { checkNewPassword } from '../accounts/password-policy.js'
import type { NewAdmin } from '../accounts/tenants.js'
import { type CommandInput, UsageError } from './command.js'

/** The options of a person: `--email`, `--name` (by default what is before the @) and `--password-stdin`. */
export const PERSON_OPTIONS = {
  email: { type: 'string' },
  name: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const

export const PERSON_USAGE = '--email ADDRESS [--name NAME] --password-stdin'

/** Reads and checks the options of a person. @throws {@link UsageError} */
export async function readPerson(
  { values, readStdin }: Pick<CommandInput, 'values' | 'readStdin'>,
  related: readonly string[],
): Promise<NewAdmin> {
  const email = readField(values, 'email', 'email')
  const name = values.name === undefined ? (email.split('@')[0] ?? email) : readField(values, 'name', 'name')
  if (values['password-stdin'] !== true) {
    throw new UsageError('--password-stdin is missing: the password is the first line of the standard input.')
  }
  const password = (await readStdin()).split(/\r?\n/, 1)[0] ?? ''
  const tooLong = setupBody.shape.password.safeParse(password).error?.issues[0]?.message
  const weakness = tooLong ?? (await checkNewPassword(password, [...related, name, email]))
  if (weakness) throw new UsageError(`The password is refused. ${weakness}`)
  return { email, name, password }
}

/** Reads a text option and checks it as the API does. @throws {@link UsageError} */
export function readField(
  values: CommandInput['values'],
  option: string,
  field: 'email' | 'name' | 'tenantName',
): string {
  const value = values[option]
  if (value === undefined) throw new UsageError(`--${option} is missing.`)
  const parsed = setupBody.shape[field].safeParse(value)
  if (parsed.success) return parsed.data
  throw new UsageError(`--${option}: ${parsed.error.issues[0]?.message}`)
}
