import { existsSync } from 'node:fs'
import { env } from 'node:process'
import { type Browser, chromium } from 'playwright-core'

const CANDIDATE_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The path of Chromium: `CHROMIUM`, else the first usual path that exists; null without one. */
const chromiumPath = env.CHROMIUM ?? CANDIDATE_PATHS.find((path) => existsSync(path)) ?? null

/** Why the browser tests are skipped, for their titles; null if they run. In CI they are never skipped. */
export const whyNoBrowser =
  chromiumPath === null && !env.CI ? 'no Chromium found: install it, or set CHROMIUM to its path' : null

export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('No Chromium found. Install it, or set CHROMIUM to its path.')
  return chromium.launch({
    executablePath: chromiumPath,
    // Chromium has no sandbox as root. Background networking: tests must not use other hosts.
    args: ['--no-sandbox', '--disable-background-networking'],
  })
}
