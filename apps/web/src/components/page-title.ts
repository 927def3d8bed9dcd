import { useEffect } from 'react'

/** Sets `document.title` while the page is mounted, and resets it to the app's name after. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Espejo`
    return () => {
      document.title = 'Espejo'
    }
  }, [title])
}
