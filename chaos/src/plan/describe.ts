import type { Act, Deed, Plan, TenantPlan } from './plan.js'

/** A plan as a person reads it, one line a tenant and an act. */
export function describePlan(plan: Plan): string {
  return [...plan.tenants.map(describeTenant), ...plan.acts.map(describeAct)]
    .map((line) => `  ${line}`)
    .join('\n')
}

export function describeAct({ tenant, nth, deed }: Act): string {
  return `${nameOf(tenant)} @${nth} ${describeDeed(deed)}`
}

/** `a`, `b`, `c`: as tenants are named in schedules and reports. */
export function nameOf(tenant: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + tenant)
}

function describeDeed(deed: Deed): string {
  const { kind, ...details } = deed
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
