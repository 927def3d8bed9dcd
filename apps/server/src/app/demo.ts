import { createSimulator } from '@espejo/simulator'
import type { DemoCuenta, DemoTenant } from './demo-tenants.js'

export interface DemoErp {
  /** Replaces `CIANBOX_BASE_URL`. */
  baseUrl: string
  cuentas: Readonly<Record<DemoTenant, DemoCuenta>>
  stop(): Promise<void>
}

/** Starts the ERP simulator with one account for each demo tenant. */
export async function startDemoErp(options: { products: number; latencyMs: number }): Promise<DemoErp> {
  const cuentas = {
    demo: { cuenta: 'demo', user: 'demo', password: 'demo' },
    vecino: { cuenta: 'vecino', user: 'vecino', password: 'vecino' },
  }
  const { latencyMs } = options
  const simulator = createSimulator({
    accounts: [
      { ...cuentas.demo, products: options.products, latencyMs, seed: 1 },
      // Another size and seed, so that the two tenants are easy to tell apart.
      { ...cuentas.vecino, products: Math.ceil(options.products / 5), latencyMs, seed: 2 },
    ],
  })
  const { url } = await simulator.listen()
  return { baseUrl: url, cuentas, stop: () => simulator.close() }
}
