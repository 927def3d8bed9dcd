import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, webcrypto } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The secrets that are stored in the data directory. */
export interface StoredSecrets {
  secretKey: Buffer
  superuserPassword: string
  ownerPassword: string
}

/** Reads the secrets of the data directory. Generates them at the first start (file mode 0600). */
export function loadStoredSecrets(dataDir: string): StoredSecrets {
  const file = join(dataDir, 'secrets.json')
  if (!existsSync(file)) {
    const fresh = {
      secretKey: randomBytes(32).toString('base64'),
      superuserPassword: randomBytes(24).toString('hex'),
      ownerPassword: randomBytes(24).toString('hex'),
    }
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(fresh, null, 2), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<keyof StoredSecrets, string>
  return { ...stored, secretKey: Buffer.from(stored.secretKey, 'base64') }
}

/** Encrypts and decrypts small secrets at rest. */
export interface Sealer {
  /** Encrypts with AES-256-GCM and a random nonce. Only the same `context` decrypts (additional data). */
  seal(plain: string, context: string): Buffer
  /** Decrypts. @throws {@link UnsealError} when altered, or sealed with another context or key. */
  open(sealed: Buffer, context: string): string
}

/** A secret cannot be decrypted: altered, of another context, or sealed with another `ESPEJO_SECRET_KEY`. */
export class UnsealError extends Error {
  override name = 'UnsealError'
}

export function createSealer(secretKey: Buffer): Sealer {
  const key = deriveKey(secretKey, 'seal')
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), body])
    },
    open(sealed, context) {
      try {
        if (sealed[0] !== VERSION) throw new Error(`unknown version ${sealed[0]}`)
        const nonce = sealed.subarray(1, 1 + NONCE)
        const tag = sealed.subarray(1 + NONCE, 1 + NONCE + TAG)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
          .setAAD(Buffer.from(context))
          .setAuthTag(tag)
        return decipher.update(sealed.subarray(1 + NONCE + TAG), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw new UnsealError('A stored secret does not open with this ESPEJO_SECRET_KEY.', { cause })
      }
    },
  }
}

/** Derives a separate key for each use (HKDF). */
export function deriveKey(secretKey: Buffer, use: 'seal' | 'session' | 'ticket'): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `espejo ${use}`, 32))
}

/** Imports a key that signs and verifies tokens (HS256). Slower than a verification: import once. */
export function importSigningKey(key: Uint8Array): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

const VERSION = 1
const NONCE = 12
const TAG = 16
