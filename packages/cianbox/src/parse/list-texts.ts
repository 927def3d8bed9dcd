/**
 * The JSON texts of a list's elements, as substrings of the response's text: this avoids serialising them
 * again, and JavaScript engines do not copy substrings. Pure.
 *
 * @param json a valid JSON object
 * @param name the list's key at the top level
 * @returns an empty array when there is no such list
 */
export function listTexts(json: string, name: string): string[] {
  const wanted = JSON.stringify(name)
  let texts: string[] = []
  let depth = 0
  // The latest string at the top level: the key of the list that follows it.
  let latest = ''
  let start: number | null = null
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(json, at)
      if (depth === 1) latest = json.slice(at, end + 1)
      at = end
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth++
      if (depth === 2 && code === OPEN_LIST && latest === wanted) {
        texts = []
        start = at + 1
      }
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth--
      if (depth === 1 && start !== null) {
        const last = json.slice(start, at).trim()
        if (last !== '') texts.push(last)
        start = null
      }
    } else if (code === COMMA && depth === 2 && start !== null) {
      texts.push(json.slice(start, at).trim())
      start = at + 1
    }
  }
  return texts
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Index of the quote that closes the string at `start`: one after an even number of backslashes. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end
    while (json.charCodeAt(before - 1) === BACKSLASH) before--
    if ((end - before) % 2 === 0) return end
  }
  return json.length
}
