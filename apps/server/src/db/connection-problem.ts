/** Explains a connection error in one line that says what to do; null: another kind of error. */
export function connectionProblem(error: unknown, databaseUrl: string): string | null {
  const { hostname, port, pathname, username } = new URL(databaseUrl)
  const where = `${hostname}:${port || 5432}`
  const message = error instanceof Error ? error.message : ''
  if (message.includes('does not support SSL')) {
    return `DATABASE_URL: PostgreSQL at ${where} does not offer TLS. Leave out sslmode, or turn TLS on there.`
  }
  if (message.includes('no encryption')) {
    return `DATABASE_URL: PostgreSQL at ${where} accepts only TLS for this user. Add ?sslmode=verify-full.`
  }
  switch (codeOf(error)) {
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `DATABASE_URL: the certificate of PostgreSQL at ${where} is signed by an unknown authority. Name its file: ?sslrootcert=/path/ca.pem.`
    case 'CERT_HAS_EXPIRED':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `DATABASE_URL: the certificate of PostgreSQL at ${where} has expired, or is for another host name. Correct it there, or the host here.`
    case 'ECONNREFUSED':
      return `DATABASE_URL: nothing answers at ${where}. Start PostgreSQL there, or correct the host and port.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `DATABASE_URL: the host ${hostname} is not known. Correct its name.`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return `DATABASE_URL: ${where} cannot be reached. Check the host, the port and the firewall.`
    case '28P01':
    case '28000':
      return `DATABASE_URL: PostgreSQL at ${where} refused the user ${username || '(none)'}. Check the user and the password.`
    case '3D000':
      return `DATABASE_URL: there is no database ${pathname.slice(1)} at ${where}. Create it, or correct the name.`
    case '57P03':
      return `DATABASE_URL: PostgreSQL at ${where} is starting or stopping. Try again in a moment.`
    case '42501':
      return `DATABASE_URL: the user ${username} may not create what Espejo needs in ${pathname.slice(1)}. Make it the owner of the database.`
    default:
      return null
  }
}

function codeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error ? error.code : undefined
}
