import { InterruptedError, UsageError } from '../errors/families.ts'
import type { Prompter } from '../ports/prompter.ts'
import { visible } from '../text/visible.ts'

interface PrompterOptions {
  /** Stdin and stderr are terminals, no `--no-input`, no `CI`. */
  possible: boolean
  input: NodeJS.ReadStream
  /** Standard error: standard output belongs to the result. */
  output: NodeJS.WriteStream
  signal: AbortSignal
}

interface Question {
  type: 'input' | 'password'
  message: string
}

// Ctrl-C, an aborted signal, and a prompt taken away: for the person, all the same.
const CANCELLED = new Set(['ExitPromptError', 'AbortPromptError', 'CancelPromptError'])

/**
 * Asks with the `inquirer` package, which is loaded with the first question. Cancelling throws an
 * `InterruptedError`; asking where nobody can answer is a fault of the caller (`UsageError` `cannot_ask`).
 */
export function createPrompter(options: PrompterOptions): Prompter {
  const { possible, input, output, signal } = options

  async function ask(question: Question): Promise<unknown> {
    const message = visible(question.message)
    if (!possible) {
      throw new UsageError(`nobody is there to answer '${message}'`, {
        code: 'cannot_ask',
        hint: 'Run the command in a terminal, or give the value by its option; see --help.',
      })
    }
    const { createPromptModule } = await import('inquirer')
    const gone = new AbortController()
    const leave = (): void => gone.abort()
    // Ctrl-D closes the terminal's reader without any word to the one who waits for the answer;
    // what can be seen is that the input stops flowing.
    input.once('pause', leave)
    input.once('end', leave)
    try {
      const prompt = createPromptModule({
        input,
        output,
        signal: AbortSignal.any([signal, gone.signal]),
      })
      const answers: Record<string, unknown> = await prompt([
        { ...question, message, name: 'answer' },
      ])
      return answers['answer']
    } catch (error) {
      if (error instanceof Error && CANCELLED.has(error.name)) throw new InterruptedError()
      throw error
    } finally {
      input.off('pause', leave)
      input.off('end', leave)
    }
  }

  return {
    possible,
    text: async (question) => String(await ask({ type: 'input', message: question })),
    secret: async (question) => String(await ask({ type: 'password', message: question })),
  }
}
