import { expect, it } from 'vitest'
import { describePlan } from './describe.js'
import { drawPlan } from './draw-plan.js'

const seeds = Array.from({ length: 300 }, (_, i) => i + 1)

it('a seed always draws the same round, and the next seed a different one', () => {
  for (const seed of seeds) {
    expect(drawPlan(seed)).toEqual(drawPlan(seed))
    expect(drawPlan(seed)).not.toEqual({ ...drawPlan(seed + 1), seed })
  }
})

it('every round has a calm tenant without faults and without actions by people', () => {
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
  for (const { tenants, actions } of seeds.map(drawPlan)) {
    const calm = tenants.findIndex(({ role }) => role === 'calm')
    expect(tenants[calm]?.faults).toEqual([])
    expect(actions.filter(({ tenant, action }) => tenant === calm && people.has(action.kind))).toEqual([])
  }
})

it('a few hundred seeds draw every kind of action and of moment', () => {
  const actions = seeds.flatMap((seed) => drawPlan(seed).actions.map(({ action }) => action))
  expect(new Set(actions.map(({ kind }) => kind))).toEqual(
    new Set([
      ...['kill', 'freeze', 'terminate', 'kill-postgres', 'cut-connections', 'lose-answer'],
      ...['edit', 'add', 'gone', 'inactive', 'move-stock', 'expire-tokens', 'pause', 'cancel'],
      ...['clock-jump', 'in-the-wait', 'switch-account'],
    ]),
  )
  const moments = actions.flatMap((action) => ('moment' in action ? [action.moment] : []))
  expect(new Set(moments)).toEqual(new Set(['fetching', 'inside', 'committed']))
})

it('a few hundred seeds draw every mode, every error of the ERP’s clock, and every clock jump', () => {
  const plans = seeds.map(drawPlan)
  const tenants = plans.flatMap((plan) => plan.tenants)
  expect(new Set(tenants.map(({ mode }) => mode))).toEqual(new Set(['full', 'incremental', 'ids', 'webhook']))
  expect(new Set(tenants.map(({ clockHours }) => clockHours))).toEqual(new Set([0, -2, 2, -26]))
  const jumps = plans.flatMap(({ actions }) =>
    actions.flatMap(({ action }) =>
      action.kind === 'clock-jump' ? [`${action.whose} ${action.seconds}`] : [],
    ),
  )
  expect(new Set(jumps).size).toBe(8)
  const switches = plans.flatMap(({ actions }) =>
    actions.flatMap(({ action }) => (action.kind === 'switch-account' ? [action.whileRun] : [])),
  )
  expect(new Set(switches)).toEqual(new Set(['paused', 'running', 'handed-over']))
})

it('an action during a wait is triggered by the request that gets the 429', () => {
  const waits = seeds
    .map(drawPlan)
    .flatMap(({ actions, tenants }) =>
      actions.flatMap(({ tenant, nth, action }) =>
        action.kind === 'in-the-wait' ? [{ nth, faults: tenants[tenant]?.faults ?? [] }] : [],
      ),
    )
  expect(waits.length).toBeGreaterThan(0)
  for (const { nth, faults } of waits) {
    expect(faults.some((fault) => fault.kind === 'too-many-requests' && fault.nth === nth)).toBe(true)
  }
})

it('a plan is described with a line for each tenant and each action', () => {
  const plan = drawPlan(7)
  expect(describePlan(plan).split('\n')).toHaveLength(plan.tenants.length + plan.actions.length)
})
