import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** The commands of a process, by name. Each takes one argument that can be sent as a message. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>

type Request = { id: number; name: string; argument: unknown }
type Answer = { id: number; value?: unknown; error?: string }

/** A child process that executes commands. */
export interface CommandProcess<C extends Commands> {
  process: ChildProcess
  /** @throws when the command does, or when the process ends first. */
  call<N extends keyof C & string>(name: N, argument: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>>
  stop(): Promise<void>
}

/** Called in the child process. May be called several times, each with further commands. */
export function serveCommands(commands: Commands): void {
  process.on('message', async ({ id, name, argument }: Request) => {
    const command = commands[name]
    if (!command) return
    const answer: Answer = { id }
    try {
      answer.value = await command(argument as never)
    } catch (error) {
      answer.error = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    process.send?.(answer)
  })
  // The parent has ended.
  process.once('disconnect', () => process.exit())
}

/** Starts the process of `module`, which ends when `signal` aborts. */
export function startCommandProcess<C extends Commands>(
  module: URL,
  signal: AbortSignal,
  options: Pick<ForkOptions, 'env' | 'cwd' | 'execArgv' | 'stdio'> = {},
): CommandProcess<C> {
  const child = fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...options, signal })
  const pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  let calls = 0
  let ended: Error | null = null
  child.on('message', ({ id, value, error }: Answer) => {
    if (error === undefined) pending.get(id)?.resolve(value as never)
    else pending.get(id)?.reject(new Error(error))
    pending.delete(id)
  })
  child.on('error', end)
  child.on('exit', (code, killedBy) => end(new Error(`${module.pathname} ended with ${killedBy ?? code}.`)))

  function end(error: Error): void {
    ended ??= error
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }

  return {
    process: child,
    call(name, argument) {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended)
        pending.set(++calls, { resolve, reject })
        child.send({ id: calls, name, argument } satisfies Request)
      })
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const isGone = await Promise.race([exited.then(() => true), delay(15_000, false, { ref: false })])
      if (!isGone) child.kill('SIGKILL')
      await exited
    },
  }
}
