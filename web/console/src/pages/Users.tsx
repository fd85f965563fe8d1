import { useState, type FormEvent } from 'react';
import { skipToken, useMutation, useQuery } from '@apollo/client/react';
import { graphql } from '../gql';
import type { UserRole, UserSearchQuery } from '../gql/graphql';
import { useText } from '../i18n';
import { Problems, useSending } from '../parts';

const usersQuery = graphql(`
  query UserSearch($query: String!) {
    searchUsers(query: $query, first: 20) {
      edges {
        node {
          id
          name
          handle
          roles
          isViewer
        }
      }
    }
  }
`);

const rolesMutation = graphql(`
  mutation SetRoles($input: SetUserRolesInput!) {
    setUserRoles(input: $input) {
      entry {
        id
        user {
          id
          roles
        }
      }
      userErrors {
        message
      }
    }
  }
`);

const roles: UserRole[] = ['MERCHANT', 'MODERATOR', 'ADMIN'];

export function Users() {
  const t = useText();
  const [search, setSearch] = useState('');
  const { data, loading, error } = useQuery(usersQuery, search.trim() ? { variables: { query: search.trim() } } : skipToken);
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    setSearch(new FormData(event.currentTarget).get('search') as string);
  }
  const users = data?.searchUsers.edges.map(({ node }) => node) ?? [];
  return (
    <>
      <h1>{t('Users')}</h1>
      <form className="toolbar" role="search" onSubmit={submit}>
        <label className="wide">
          {t('Name or handle')}
          <input name="search" type="search" required />
        </label>
        <button type="submit" className="primary">
          {t('Search')}
        </button>
      </form>
      {error && <p role="alert">{error.message}</p>}
      {data && !loading && users.length === 0 && <p className="empty">{t('Nobody was found.')}</p>}
      <ul className="cards">
        {users.map((user) => (
          <li className="card" key={user.id}>
            <Roles user={user} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Roles({ user }: { user: UserSearchQuery['searchUsers']['edges'][number]['node'] }) {
  const t = useText();
  const [setRoles, { loading }] = useMutation(rolesMutation);
  const { problems, send } = useSending();
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = { userId: user.id, roles: form.getAll('role') as UserRole[], reason: form.get('reason') as string };
    void send(async () => (await setRoles({ variables: { input } })).data?.setUserRoles?.userErrors);
  }
  return (
    <article>
      <header>
        <strong>{user.name}</strong> <span className="muted">@{user.handle}</span>
        {user.roles.map((role) => (
          <span className="tag" key={role}>
            {t(role)}
          </span>
        ))}
      </header>
      {!user.isViewer && (
        <form className="toolbar" key={user.roles.join()} onSubmit={submit}>
          <fieldset>
            <legend className="hidden">{t('Roles')}</legend>
            {roles.map((role) => (
              <label key={role} className="check">
                <input type="checkbox" name="role" value={role} defaultChecked={user.roles.includes(role)} /> {t(role)}
              </label>
            ))}
          </fieldset>
          <label className="wide">
            {t('Reason')}
            <input name="reason" required maxLength={1000} />
          </label>
          <button type="submit" disabled={loading}>
            {t('Save roles')}
          </button>
          <Problems problems={problems} />
        </form>
      )}
    </article>
  );
}
