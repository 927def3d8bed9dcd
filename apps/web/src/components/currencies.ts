import { useMemo } from 'react'
import { useReferences } from '../api/references.js'
import { useLocale } from '../i18n/i18n.js'
import { formatMoney } from '../lib/decimal.js'
import { type Currencies, toCurrencies } from '../lib/money.js'

/** Formats amounts with the symbol of their currency. */
export interface MoneyFormat extends Pick<Currencies, 'isLocal'> {
  local: (value: string | null) => string
  of: (currencyId: string | null, value: string | null) => string
}

export function useMoneyFormat(): MoneyFormat {
  const locale = useLocale()
  const { data } = useReferences('exchange_rates')
  return useMemo(() => {
    const { localSymbol, symbolOf, isLocal } = toCurrencies(data ?? [])
    return {
      isLocal,
      local: (value) => formatMoney(value, locale, localSymbol),
      of: (currencyId, value) => formatMoney(value, locale, symbolOf(currencyId)),
    }
  }, [data, locale])
}
