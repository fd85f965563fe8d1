/** Makes or promotes a staff account, also while a server runs. */
import { Command, Option } from 'commander';
import type { Role } from '../relay/context.js';
import { withShop } from './open-shop.js';

const staffRoles = ['admin', 'moderator', 'merchant'];

interface Options {
  role: string[];
  name?: string;
  handle?: string;
}

export function consoleUserCommand(): Command {
  return new Command('console-user')
    .description(
      'Gives an account staff roles. If the address has no account, creates one with a random password and prints it. Works while the server runs.',
    )
    .argument('<email>', "the account's email address")
    .addOption(new Option('--role <role...>', 'roles to add').choices(staffRoles).makeOptionMandatory())
    .option('--name <name>', 'display name of a new account')
    .option('--handle <handle>', 'handle of a new account')
    .action(appoint);
}

function appoint(email: string, { role, name, handle }: Options): Promise<void> {
  return withShop(async ({ users }) => {
    const wanted = { email, name, handle, roles: role.map((each) => each.toUpperCase() as Role) };
    const { password, ...account } = await users.appointStaff(wanted);
    const lines = [`${email} (@${account.handle}) has the roles ${account.roles.join(', ')}.`];
    if (password) lines.push(`Password: ${password}`, 'It is shown only once. Change it after signing in.');
    process.stdout.write(`${lines.join('\n')}\n`);
  });
}
