import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Router } from 'express'

/**
 * Serves the built web app. Any other path that a browser requests as a page is a route of the app, so
 * it is answered with `index.html`. Files with a hash in their name are cached for ever; `index.html` is
 * revalidated each time.
 */
export function createWebAppRouter(webDir: string): Router {
  const router = express.Router()
  if (!existsSync(join(webDir, 'index.html'))) return router
  router.use(
    '/assets',
    express.static(join(webDir, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  )
  router.use(express.static(webDir, { index: false, maxAge: 0 }))
  router.use((req, res, next) => {
    const isPage = (req.method === 'GET' || req.method === 'HEAD') && req.accepts(['json', 'html']) === 'html'
    if (!isPage || req.path.startsWith('/assets/')) return next()
    res.set('Cache-Control', 'no-cache')
    res.sendFile('index.html', { root: webDir, cacheControl: false })
  })
  return router
}
