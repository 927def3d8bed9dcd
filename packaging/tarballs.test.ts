import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Analysis, checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packAll, readJson, root, type Tarball, temporaryFolder } from './support/tarballs.js'

interface Manifest {
  name: string
  private?: boolean
  exports: Record<string, Record<string, string> | string>
  bin?: Record<string, string>
}

const NAMES = ['cianbox', 'contract', 'react', 'server', 'simulator'].map((name) => `@espejo/${name}`)

const NOT_ESM: readonly string[] = ['node10', 'node16-cjs']

describe('the tarball of', () => {
  const folder = temporaryFolder()
  let tarballs: readonly Tarball[] = []

  beforeAll(async () => {
    tarballs = await packAll(folder.path)
  })
  afterAll(() => folder.remove())

  function tarball(name: string): Tarball {
    const found = tarballs.find((packed) => packed.name === name)
    if (!found) throw new Error(`${name} was not packed`)
    return found
  }

  it('each package exists, and none is private', () => {
    expect(tarballs.map(({ name }) => name).sort()).toEqual(NAMES)
    expect(tarballs.filter(({ directory }) => readJson<Manifest>(directory, 'package.json').private)).toEqual(
      [],
    )
  })

  describe.each(NAMES)('%s', (name) => {
    it('has a licence, a README, and no tests', () => {
      const { files, directory } = tarball(name)
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
      expect(readFileSync(join(directory, 'LICENSE'), 'utf8')).toBe(
        readFileSync(join(root, 'LICENSE'), 'utf8'),
      )
      expect(files.filter((path) => /\.test\.|tsbuildinfo|^test\//.test(path))).toEqual([])
    })

    it('has every file that its exports and commands name', () => {
      const { directory } = tarball(name)
      const { exports, bin = {} } = readJson<Manifest>(directory, 'package.json')
      const named = [
        ...Object.values(exports).flatMap((entry) =>
          typeof entry === 'string' ? entry : Object.values(entry),
        ),
        ...Object.values(bin),
      ]
      expect(named.length).toBeGreaterThan(0)
      expect(named.filter((path) => !existsSync(join(directory, path)))).toEqual([])
    })

    it('has the sources of all its source maps', () => {
      const { directory, files } = tarball(name)
      const maps = files.filter((path) => path.endsWith('.map') && !path.startsWith('dist/web/'))
      expect(maps.length).toBeGreaterThan(0)
      const missing = maps.flatMap((map) =>
        readJson<{ sources: string[] }>(directory, map).sources.filter(
          (source) => !existsSync(resolve(directory, dirname(map), source)),
        ),
      )
      expect(missing).toEqual([])
    })

    it('has no finding of publint', async () => {
      const { messages } = await publint({ pkgDir: tarball(name).directory, pack: false, strict: true })
      expect(messages).toEqual([])
    })

    it('has types that each ESM importer resolves', async () => {
      const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball(name).path)))
      expect(Object.keys(analysis.types)).not.toEqual([])
      // The packages are ESM only: `require` and resolution without `exports` do not apply.
      const problems = (analysis as Analysis).problems.filter(
        (problem) => !('resolutionKind' in problem) || !NOT_ESM.includes(problem.resolutionKind),
      )
      expect(problems).toEqual([])
    })
  })

  it('@espejo/react marks every module that uses hooks as code for the client', () => {
    const { files, directory } = tarball('@espejo/react')
    const withHooks = files.filter(
      (path) =>
        path.startsWith('dist/') &&
        path.endsWith('.js') &&
        usesHooks(readFileSync(join(directory, path), 'utf8')),
    )
    expect(withHooks.length).toBeGreaterThan(3)
    const unmarked = withHooks.filter(
      (path) => !/^['"]use client['"]/.test(readFileSync(join(directory, path), 'utf8')),
    )
    expect(unmarked).toEqual([])
  })

  it('@espejo/server has every migration and the web app', () => {
    const { files } = tarball('@espejo/server')
    const migrations = readdirSync(join(root, 'apps/server/migrations')).map((name) => `migrations/${name}`)
    expect(files).toEqual(expect.arrayContaining([...migrations, 'dist/web/index.html']))
  })
})

function usesHooks(code: string): boolean {
  return /import \{[^}]*\buse[A-Z]/.test(code)
}
