import { useState, type FormEvent } from 'react';
import { useText } from '../i18n';
import { signIn } from '../session';

const isDemo = document.querySelector<HTMLMetaElement>('meta[name="plaza-demo"]')?.content === 'true';
const unanswered = 'The server did not answer. Try again.';
const demoRoles = ['merchant', 'moderator', 'admin'] as const;

export function SignIn() {
  const t = useText();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function attempt(email: string, password: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    await signIn(email, password).catch((error: Error) => setProblem(t(error instanceof TypeError ? unanswered : error.message)));
    setBusy(false);
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void attempt(form.get('email') as string, form.get('password') as string);
  }

  return (
    <main className="sign-in">
      <h1>{t('Plaza console')}</h1>
      <form onSubmit={submit}>
        <label>
          {t('Email')}
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          {t('Password')}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {problem && (
          <p role="alert" className="problem">
            {problem}
          </p>
        )}
        <button type="submit" className="primary" disabled={busy}>
          {t('Sign in')}
        </button>
      </form>
      {isDemo && (
        <div className="row">
          {demoRoles.map((role) => (
            <button key={role} type="button" disabled={busy} onClick={() => void attempt(`${role}@plaza.example`, 'plaza-demo')}>
              {t('Demo:')} {t(role.toUpperCase())}
            </button>
          ))}
        </div>
      )}
    </main>
  );
}
