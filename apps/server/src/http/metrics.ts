import express, { type RequestHandler, type Router } from 'express'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  /** Middleware that measures every request that is not a stream. */
  measure: RequestHandler
  /** Records an answer that did not pass through {@link Metrics.measure}. */
  count(answer: { method: string; route: string; status: number; seconds: number }): void
  /** `GET /metrics`, for Prometheus. No tenant appears in it. */
  router: Router
}

/** The Prometheus metrics of this process. */
export function createMetrics(streams: () => { viewers: number; runs: number }): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'espejo_stream_viewers',
    help: 'Open streams of this process',
    registers: [registry],
    collect() {
      this.set(streams().viewers)
    },
  })
  new Gauge({
    name: 'espejo_stream_runs',
    help: 'Runs watched through this process',
    registers: [registry],
    collect() {
      this.set(streams().runs)
    },
  })
  const duration = new Histogram({
    name: 'espejo_http_request_seconds',
    help: 'Time to answer, by route pattern and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })

  const router = express.Router()
  router.get('/metrics', async (_req, res) => {
    res.set('Content-Type', registry.contentType).send(await registry.metrics())
  })
  return {
    router,
    count: ({ seconds, ...labels }) => duration.observe(labels, seconds),
    measure: (req, res, next) => {
      const end = duration.startTimer()
      res.once('finish', () => {
        const isStream = String(res.getHeader('content-type')).startsWith('text/event-stream')
        // The pattern, because by the URL each product would have its own time series.
        const route = req.route ? `${req.baseUrl}${req.route.path}` : 'other'
        if (!isStream) end({ method: req.method, route, status: res.statusCode })
      })
      next()
    },
  }
}
