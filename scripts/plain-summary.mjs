// A vitest reporter whose last line is a summary without colours, for people and for programs.
export default class PlainSummary {
  onTestRunEnd(modules, errors) {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    const skipped = new Set()
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state] += 1
        if (state === 'skipped')
          skipped.add(`${test.fullName}${test.result().note ? `: ${test.result().note}` : ''}`)
      }
      // A failure outside of the tests (a file that does not load, a hook) counts too.
      for (const part of [module, ...module.children.allSuites()]) {
        if (part.errors().length > 0) count.failed += 1
      }
    }
    for (const name of skipped) process.stdout.write(`skipped: ${name}\n`)
    const failed = count.failed + count.pending + errors.length
    const rest = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    process.stdout.write(`\n${count.passed} passed, ${failed} failed${rest}\n`)
  }
}
