import { serveJob } from '../../rig/child-job.js'
import { type PageSource, readPages } from '../pages.js'

/** Fetches every page and decodes its JSON, and nothing else. */
export interface ReadFloorJob extends PageSource {
  products: number
}

serveJob<ReadFloorJob>((job, timed) =>
  timed(async () => {
    let seen = 0
    for await (const page of readPages(job)) seen += (page as { body: unknown[] }).body.length
    if (seen !== job.products) throw new Error(`Read ${seen} of ${job.products} products.`)
  }),
)
