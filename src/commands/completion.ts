import type { Register } from '../cli/command.ts'
import { completionScript } from '../completion/scripts.ts'

export const registerCompletion: Register = (program, run) => {
  program
    .command('completion')
    .argument('<shell>', 'bash, zsh or fish')
    .summary('print a completion script for a shell')
    .description(
      'Print a completion script. bash: source <(oauthctl completion bash); zsh: autoload -U compinit; compinit; source <(oauthctl completion zsh); fish: oauthctl completion fish | source',
    )
    .action(
      run(
        async ({ output, profiles }, { args }) => {
          // What the scripts ask for when they complete a profile.
          if (args[0] === 'profiles') {
            output.result(Object.keys(profiles.load().profiles).join('\n'))
            return
          }
          output.result(completionScript(args[0] ?? '', program))
        },
        { profiles: false },
      ),
    )
}
