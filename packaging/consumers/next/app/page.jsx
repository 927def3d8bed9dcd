import { DEFAULT_URL, SyncProducts } from '@espejo/react'

// A server component: @espejo/react itself marks what runs in the browser.
export default function Page() {
  return (
    <main>
      <p>{DEFAULT_URL}</p>
      <SyncProducts url={DEFAULT_URL} />
    </main>
  )
}
