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

/** The system's Chromium, or where `CHROMIUM` says it is; null when there is none. */
const chromiumPath = env.CHROMIUM ?? CANDIDATE_PATHS.find((path) => existsSync(path)) ?? null

/** Why the browser tests cannot run here, for their names; null when they can. In CI they always must. */
export const whyNoBrowser =
  chromiumPath === null && !env.CI ? 'no Chromium found: install it, or set CHROMIUM to its path' : null

export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('No Chromium found. Install it, or set CHROMIUM to its path.')
  return chromium.launch({
    executablePath: chromiumPath,
    // Root has no sandbox; and no test may reach anything but this machine.
    args: ['--no-sandbox', '--disable-background-networking'],
  })
}
