import type { ZxcvbnFactory } from '@zxcvbn-ts/core'

/** Shortest password that is accepted, in characters. OWASP ASVS 6.2.1 demands 8 and recommends 15. */
const MIN_PASSWORD_LENGTH = 12

/**
 * Checks a new password as NIST SP 800-63B says: its length, and how soon lists of common passwords, words, names,
 * dates, repetitions and sequences find it. There are no rules of composition.
 *
 * @param related words of the account that a guesser tries first: email, name, shop
 * @returns a sentence for the person, in Spanish; null when the password is accepted
 */
export async function checkNewPassword(password: string, related: readonly string[]): Promise<string | null> {
  if ([...password].length < MIN_PASSWORD_LENGTH) {
    return `Tiene que tener al menos ${MIN_PASSWORD_LENGTH} caracteres. Puede ser una frase.`
  }
  estimator ??= loadEstimator()
  const texts = [...related, ...PRODUCT_WORDS].flatMap((text) => [text, withoutAccents(text)])
  const words = texts.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
  const { guesses } = (await estimator).check(
    password.slice(0, ESTIMATED_LENGTH),
    words.filter((word) => word.length > 2),
  )
  return guesses < MIN_GUESSES ? 'Es fácil de adivinar. Probá con una frase de varias palabras.' : null
}

/** What zxcvbn calls "safely unguessable" for an online service (its score 3). */
const MIN_GUESSES = 1e8
/** The estimate takes longer with each character; what follows these can only make a password harder to guess. */
const ESTIMATED_LENGTH = 40
const PRODUCT_WORDS = ['espejo', 'cianbox']

function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '')
}

let estimator: Promise<ZxcvbnFactory> | undefined

/** On the first use: the word lists take 80 MB of memory. */
async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common, spanish] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-es-es'),
  ])
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...spanish.dictionary },
    graphs: common.adjacencyGraphs,
  })
}
