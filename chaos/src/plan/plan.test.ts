import { expect, it } from 'vitest'
import { describePlan } from './describe.js'
import { drawPlan } from './plan.js'

const seeds = Array.from({ length: 300 }, (_, i) => i + 1)

it('a seed always draws the same round, and its neighbour another', () => {
  for (const seed of seeds) {
    expect(drawPlan(seed)).toEqual(drawPlan(seed))
    expect(drawPlan(seed)).not.toEqual({ ...drawPlan(seed + 1), seed })
  }
})

it('every round has a tenant that neither its ERP nor its people disturb', () => {
  const people = new Set([
    'edit',
    'add',
    'gone',
    'inactive',
    'move-stock',
    'expire-tokens',
    'pause',
    'cancel',
    'lose-answer',
    'in-the-wait',
    'switch-account',
  ])
  for (const { tenants, acts } of seeds.map(drawPlan)) {
    const calm = tenants.findIndex(({ role }) => role === 'calm')
    expect(tenants[calm]?.faults).toEqual([])
    expect(acts.filter(({ tenant, deed }) => tenant === calm && people.has(deed.kind))).toEqual([])
  }
})

it('a few hundred seeds draw every kind of deed and of moment', () => {
  const deeds = seeds.flatMap((seed) => drawPlan(seed).acts.map(({ deed }) => deed))
  expect(new Set(deeds.map(({ kind }) => kind))).toEqual(
    new Set([
      ...['kill', 'freeze', 'terminate', 'kill-postgres', 'cut-connections', 'lose-answer'],
      ...['edit', 'add', 'gone', 'inactive', 'move-stock', 'expire-tokens', 'pause', 'cancel'],
      ...['clock-jump', 'in-the-wait', 'switch-account'],
    ]),
  )
  const moments = deeds.flatMap((deed) => ('moment' in deed ? [deed.moment] : []))
  expect(new Set(moments)).toEqual(new Set(['fetching', 'inside', 'committed']))
})

it('a few hundred seeds draw every mode, clocks of the ERP that are off, and every jump of ours', () => {
  const plans = seeds.map(drawPlan)
  const tenants = plans.flatMap((plan) => plan.tenants)
  expect(new Set(tenants.map(({ mode }) => mode))).toEqual(new Set(['full', 'incremental', 'ids', 'webhook']))
  expect(new Set(tenants.map(({ clockHours }) => clockHours))).toEqual(new Set([0, -2, 2, -26]))
  const jumps = plans.flatMap(({ acts }) =>
    acts.flatMap(({ deed }) => (deed.kind === 'clock-jump' ? [`${deed.whose} ${deed.seconds}`] : [])),
  )
  expect(new Set(jumps).size).toBe(8)
  const switches = plans.flatMap(({ acts }) =>
    acts.flatMap(({ deed }) => (deed.kind === 'switch-account' ? [deed.whileRun] : [])),
  )
  expect(new Set(switches)).toEqual(new Set(['paused', 'running', 'handed-over']))
})

it('what happens in a wait comes with the request that is told to wait', () => {
  const waits = seeds
    .map(drawPlan)
    .flatMap(({ acts, tenants }) =>
      acts.flatMap(({ tenant, nth, deed }) =>
        deed.kind === 'in-the-wait' ? [{ nth, faults: tenants[tenant]?.faults ?? [] }] : [],
      ),
    )
  expect(waits.length).toBeGreaterThan(0)
  for (const { nth, faults } of waits) {
    expect(faults.some((fault) => fault.kind === 'too-many-requests' && fault.nth === nth)).toBe(true)
  }
})

it('a plan is told with a line for each tenant and each act', () => {
  const plan = drawPlan(7)
  expect(describePlan(plan).split('\n')).toHaveLength(plan.tenants.length + plan.acts.length)
})
