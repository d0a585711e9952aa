import type { Register } from '../cli/command.ts'
import { removeProfile, setProfile } from '../profile/change.ts'
import { profileSettings } from '../config/settings.ts'
import { listProfiles, showProfile } from '../profile/list.ts'

export const registerProfile: Register = (program, run) => {
  const profile = program
    .command('profile')
    .summary('list, show, change and remove profiles')
    .description('Profiles: the named settings in the profile file, which holds no secret.')
  profile
    .command('list')
    .description('List the profiles; the default one is marked.')
    .action(
      run(async (context) => {
        listProfiles(context)
      }),
    )
  profile
    .command('show')
    .argument('[profile]')
    .description('Show one profile as JSON.')
    .action(
      run(
        async (context) => {
          showProfile(context)
        },
        { profileArgument: 0 },
      ),
    )
  profile
    .command('set')
    .argument('<profile>')
    .argument('[key=value...]', 'settings by their profile names: issuer=https://… scope="a b"')
    .option('--unset <key...>', 'settings to take out')
    .option('--default', 'make it the default profile')
    .description(
      'Make or change a profile. Settings are named as the options are, with "_" for "-" (client_id).',
    )
    .addHelpText('after', () => `\nSettings:\n  ${profileSettings().join(', ')}`)
    .action(
      run(
        async (context, { args, options }) => {
          await setProfile(context, {
            assignments: args.slice(1).filter((one) => one !== undefined),
            unset: (options['unset'] as string[] | undefined) ?? [],
            makeDefault: options['default'] === true,
          })
        },
        { profileArgument: 0 },
      ),
    )
  profile
    .command('remove')
    .argument('<profile>')
    .description('Remove a profile; log out first if it has a session.')
    .action(
      run(
        async (context) => {
          await removeProfile(context)
        },
        { profileArgument: 0 },
      ),
    )
}
