import { createPermutation } from '../permutation.js'
import { hash32, unit } from '../random.js'
import type { Switches } from '../switches.js'
import type { Catalogue } from './catalogue.js'
import { round4 } from './pricing.js'
import type { ReferenceLists, ReferenceName } from './reference-lists.js'
import type { ProductRow } from './rows.js'
import { iterate } from './sequence.js'
import { TIMELINE_END } from './timeline.js'

/** Ids, or a number of present products to choose by the seed. */
export type Target = number | readonly number[]

/**
 * Fields to write, unchanged. `netos` sets net prices by list and calculates the other amounts from them,
 * which writing `precios` does not.
 */
export type ProductEdit = Partial<Omit<ProductRow, 'id' | 'updated'>> & { netos?: Record<number, number> }

/** The ids that a change affected. Lazy, because some changes affect every product. */
export type Changed = { event: WebhookEvent; ids: Iterable<number> }
export type WebhookEvent =
  | 'clientes'
  | 'pedidos'
  | 'productos'
  | 'categorias'
  | 'marcas'
  | 'listas_precio'
  | 'sucursales'
  | 'cotizaciones'
  | 'estados'
  | 'categorias_cliente'
  | 'ventas'
  | 'compras'
  | 'proveedores'

export interface ChangesOptions {
  catalogue: Catalogue
  lists: ReferenceLists
  switches(): Readonly<Switches>
  now(): number
  /** Offset of the ERP's clock for `updated`, in milliseconds. @defaultValue 0 */
  clockOffsetMs?(): number
  onChange(changed: Changed): void
}

/** Changes of an account's data. */
export interface Changes {
  /** Returns the edited ids. Without `edit`, writes a new price and description, chosen by the seed. */
  edit(target: Target, edit?: ProductEdit): number[]
  raisePrices(listId: number, percent: number): void
  /** Returns the changed ids. `delta` defaults to a value by the seed, `branchId` to the first branch. */
  moveStock(target: Target, delta?: number, branchId?: number): number[]
  setExchangeRate(currencyId: number, rate: number): void
  /** Returns the new ids. */
  add(count: number): number[]
  /** Returns the removed ids. `how` defaults to the switch `deletion`. */
  remove(target: Target, how?: Switches['deletion']): number[]
  /** Shows products to the integration, or hides them. Sends no notification. Returns the ids. */
  setAssociated(target: Target, associated: boolean): number[]
  editList(name: ReferenceName, id: number, fields: Record<string, unknown>): void
}

const LIST_EVENTS: Record<ReferenceName, WebhookEvent | null> = {
  categorias: 'categorias',
  marcas: 'marcas',
  listas: 'listas_precio',
  temporadas: null,
  sucursales: 'sucursales',
  cotizaciones: 'cotizaciones',
}

export function createChanges(options: ChangesOptions): Changes {
  const { catalogue, lists, switches } = options
  const { overlay, seed } = catalogue
  let clock = TIMELINE_END
  let draws = 0

  /** A time for `updated`: later than every generated one, and never earlier than before, except by the offset. */
  function tick(): number {
    clock = Math.max(clock + (clock === TIMELINE_END ? 1000 : 0), options.now())
    return clock + (options.clockOffsetMs?.() ?? 0)
  }

  function resolve(target: Target): number[] {
    if (typeof target !== 'number') return target.filter((id) => overlay.exists(id))
    const present = catalogue.orders.sequence('id-asc')
    const order = createPermutation(present.count, hash32(seed, ++draws, 90))
    const count = Math.min(target, present.count)
    return Array.from({ length: count }, (_, index) => present.at(order.forward(index)))
  }

  function notify(event: WebhookEvent | null, ids: Iterable<number>): void {
    if (event) options.onChange({ event, ids })
  }

  function seededEdit(id: number): ProductEdit {
    const draw = hash32(seed, id, 1000 + draws)
    const neto = catalogue.row(id)?.precios[0]?.neto ?? 100
    return {
      netos: { 0: round4(neto * (0.9 + unit(seed, draw, 91) * 0.4)) },
      descripcion: `Actualizado: revisión ${draw % 10_000}`,
    }
  }

  function edit(target: Target, given?: ProductEdit): number[] {
    const ids = resolve(target)
    const at = tick()
    if (!given) draws++
    for (const id of ids) {
      const { netos = {}, ...fields } = given ?? seededEdit(id)
      overlay.change(id, at, (change) => {
        Object.assign(change.fields, fields)
        for (const [listId, neto] of Object.entries(netos)) {
          change.netos.set(Number(listId), { neto, at, risesBefore: overlay.rises.length })
        }
      })
    }
    notify('productos', ids)
    return ids
  }

  return {
    edit,
    raisePrices(listId, percent) {
      const at = tick()
      overlay.rise({ listId, factor: 1 + percent / 100, at })
      if (switches().priceRiseMovesUpdated) overlay.touchAll(at)
      notify('productos', iterate(catalogue.orders.sequence('id-asc')))
    },
    moveStock(target, delta, branchId = lists.sucursales[0]?.id ?? 1) {
      const ids = resolve(target)
      const at = switches().stockMovesUpdated ? tick() : null
      draws++
      for (const id of ids) {
        const amount = delta ?? (hash32(seed, id, 2000 + draws) % 20) + 1
        overlay.change(id, at, ({ stock }) => stock.set(branchId, (stock.get(branchId) ?? 0) + amount))
      }
      if (switches().stockMovesNotify) notify('productos', ids)
      return ids
    },
    setExchangeRate(currencyId, rate) {
      const currency = lists.cotizaciones.find(({ id }) => id === currencyId)
      if (!currency) throw new RangeError(`No existe la moneda ${currencyId}.`)
      currency.cotizacion = rate
      overlay.bump()
      if (switches().rateMovesUpdated) overlay.touchAll(tick())
      notify('cotizaciones', [currencyId])
    },
    add(count) {
      const at = tick()
      const ids = Array.from({ length: count }, () => overlay.add(at))
      notify('productos', ids)
      return ids
    },
    remove(target, how = switches().deletion) {
      const ids = resolve(target)
      const at = tick()
      const moved = how === 'inactive' && switches().deletionMovesUpdated ? at : null
      for (const id of ids) {
        overlay.change(id, moved, (change) => {
          if (how === 'gone') change.gone = true
          else change.fields.vigente = false
        })
      }
      if (switches().deletionNotifies) notify('productos', ids)
      return ids
    },
    setAssociated(target, associated) {
      const ids = resolve(target)
      for (const id of ids) overlay.associate(id, associated)
      return ids
    },
    editList(name, id, fields) {
      const row = lists[name].find((candidate) => candidate.id === id)
      if (!row) throw new RangeError(`No existe el id ${id} en ${name}.`)
      Object.assign(row, fields, { id })
      overlay.bump()
      notify(LIST_EVENTS[name], [id])
    },
  }
}
