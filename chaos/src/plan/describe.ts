import type { Action, Plan, ScheduledAction, TenantPlan } from './plan.js'

/** A plan as text, a line for each tenant and each action. */
export function describePlan(plan: Plan): string {
  return [...plan.tenants.map(describeTenant), ...plan.actions.map(describeScheduledAction)]
    .map((line) => `  ${line}`)
    .join('\n')
}

export function describeScheduledAction({ tenant, nth, action }: ScheduledAction): string {
  return `${nameOf(tenant)} @${nth} ${describeAction(action)}`
}

/** The name of a tenant in plans and reports: `a`, `b`, `c`. */
export function nameOf(tenant: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + tenant)
}

function describeAction(action: Action): string {
  const { kind, ...details } = action
  const words = Object.entries(details).map(([name, value]) => `${name}=${value}`)
  return [kind, ...words].join(' ')
}

function describeTenant(tenant: TenantPlan, index: number): string {
  const { role, products, pageSize, latencyMs, isMirrored, mode, before, clockHours } = tenant
  const parts = [`${nameOf(index)}: ${role}, ${products} products by ${pageSize}, ${latencyMs} ms, ${mode}`]
  if (isMirrored)
    parts.push(`mirrored before, then edit=${before.edit} add=${before.add} gone=${before.gone}`)
  if (clockHours !== 0) parts.push(`the ERP’s clock ${clockHours} h off`)
  for (const fault of tenant.faults) parts.push(JSON.stringify(fault))
  return parts.join('; ')
}
