import { useEffect } from 'react'

/** The document's title while a page is shown, and the app's name after it. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Espejo`
    return () => {
      document.title = 'Espejo'
    }
  }, [title])
}
