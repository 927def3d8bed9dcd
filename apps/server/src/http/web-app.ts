import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Router } from 'express'

/**
 * The web app's built files. Whatever else a browser asks for as a page is the app's own address, so
 * it gets the app. What bears a hash in its name never changes; the page itself is asked for anew.
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
