import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { cx } from '../ui/cx.js'

/** The main navigation. A subpage marks its parent page as current. */
export function Nav() {
  const { t } = useTranslation()
  const [location] = useLocation()
  const places = [
    { href: '/', label: t('nav.sync'), here: location === '/' || location.startsWith('/corridas/') },
    { href: '/productos', label: t('nav.products'), here: location.startsWith('/productos') },
    { href: '/conexion', label: t('nav.connection'), here: location.startsWith('/conexion') },
    { href: '/programacion', label: t('nav.schedule'), here: location.startsWith('/programacion') },
  ]
  return (
    <nav aria-label={t('nav.label')} className="overflow-x-auto">
      <ul className="flex justify-between sm:justify-start sm:gap-1">
        {places.map(({ href, label, here }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={here ? 'page' : undefined}
              className={cx(
                'block border-b-2 px-1 py-2.5 text-[0.8125rem] font-medium whitespace-nowrap sm:px-3 sm:py-4 sm:text-sm',
                here ? 'border-accent text-ink' : 'border-transparent text-muted hover:text-ink',
              )}
            >
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
