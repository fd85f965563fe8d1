/** Signing in with one click, and who is signed in. */
import { useState, useSyncExternalStore } from 'react';
import { isDemo } from './page.ts';
import { demoAccounts, demoPassword, forget, sessionStore, signIn, signUp } from './session.ts';

export function useSession() {
  return useSyncExternalStore(sessionStore.subscribe, sessionStore.get);
}

export function SignInButtons() {
  const session = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = (work: () => Promise<void>) => () => {
    setProblem(null);
    work().catch((error: Error) => setProblem(error.message));
  };
  return (
    <div className="accounts">
      {isDemo &&
        demoAccounts.map(({ role, email }) => (
          <button type="button" key={role} aria-pressed={session?.email === email} onClick={attempt(() => signIn(email, demoPassword))}>
            Sign in as {role}
          </button>
        ))}
      <button type="button" onClick={attempt(signUp)}>
        Sign in with a new account
      </button>
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </div>
  );
}

export function AccountMenu() {
  const session = useSession();
  return (
    <details className="account">
      <summary>{session ? session.name : 'Not signed in'}</summary>
      <div>
        <SignInButtons />
        {session && (
          <button type="button" className="plain" onClick={forget}>
            Forget the session
          </button>
        )}
      </div>
    </details>
  );
}
