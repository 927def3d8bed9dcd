import { createRunWatcher, fetchTransport } from '@espejo/react/core'

const [url] = process.argv.slice(2)
const watcher = createRunWatcher({ url, transport: fetchTransport, getToken: () => null })
watcher.subscribe(() => {
  const { result, problem, connection } = watcher.getSnapshot()
  if (!result && !(connection === 'closed' && problem)) return
  console.log(JSON.stringify(result ?? problem))
  watcher.close()
})
watcher.start()
