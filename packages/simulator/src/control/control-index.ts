import type { AccountControl } from '../account.js'
import { FAULT_TABLE } from '../faults/plan.js'
import { POISON_KINDS } from '../faults/poison.js'
import { DEFAULT_SWITCHES } from '../switches.js'
import { CONTROL_ROUTES } from './routes.js'

/** The body of `GET /__simulator`: the accounts, the controls, the faults and the switches. */
export function controlIndex(accounts: readonly AccountControl[]) {
  return {
    accounts: accounts.map((account) => ({
      cuenta: account.cuenta,
      base: `/${account.cuenta}/api/v2`,
      products: account.productCount(),
    })),
    controls: [
      'POST /__simulator/accounts — {cuenta, user?, password?, products?, seed?, dialect?, …}: one more account',
      ...CONTROL_ROUTES.map(
        ({ method, path, about }) => `${method} /__simulator/{cuenta}/${path} — ${about}`,
      ),
    ],
    faults: Object.fromEntries(
      Object.entries(FAULT_TABLE).map(([kind, { about, defaults }]) => [kind, { about, defaults }]),
    ),
    faultTarget: {
      ...{ route: '/productos', page: null, fromPage: null, order: null, byId: null, asksFor: null },
      ...{ nth: null, fromNth: null, rate: null, times: null },
    },
    poisons: POISON_KINDS,
    switches: DEFAULT_SWITCHES,
  }
}
