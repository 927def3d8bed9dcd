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
    ]),
  )
  const moments = deeds.flatMap((deed) => ('moment' in deed ? [deed.moment] : []))
  expect(new Set(moments)).toEqual(new Set(['fetching', 'inside', 'committed']))
})

it('a plan is told with a line for each tenant and each act', () => {
  const plan = drawPlan(7)
  expect(describePlan(plan).split('\n')).toHaveLength(plan.tenants.length + plan.acts.length)
})
