import type { SessionAnswer } from '@plaza/client';
import { useMutation } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { Field, useErrors, textOf } from '../components/parts';
import { demo } from '../demo';
import { graphql } from '../gql';
import { useI18n } from '../i18n';
import { useSignedIn } from '../session';
import { plaza } from '../shop';

const RequestReset = graphql(`
  mutation RequestReset($email: String!) {
    requestPasswordReset(input: { email: $email }) {
      requested
      userErrors {
        field
        message
      }
    }
  }
`);

type Kind = 'sign-in' | 'sign-up' | 'forgot-password';
const titles = { 'sign-in': 'signIn', 'sign-up': 'signUp', 'forgot-password': 'forgot' } as const;

export function SignIn({ kind }: { kind: Kind }) {
  const { t } = useI18n();
  const [, go] = useLocation();
  const search = useSearch();
  const then = new URLSearchParams(search).get('then') ?? '/';
  const signedIn = useSignedIn();
  // Only to pages of the shop itself.
  const next = /^\/(?!\/)/.test(then) ? then : '/';
  useEffect(() => {
    if (signedIn) go(next, { replace: true });
  }, [signedIn, next, go]);
  return (
    <div className="narrow stack" style={{ maxWidth: '28rem' }}>
      <title>{`${t(titles[kind])} · Plaza`}</title>
      <h1>{t(titles[kind])}</h1>
      {kind === 'forgot-password' ? <ResetForm /> : <Credentials key={kind} kind={kind} />}
      {kind !== 'sign-up' && (
        <p>
          {t('noAccount')}{' '}
          <Link href={`/sign-up?${search}`} className="link">
            {t('signUp')}
          </Link>
        </p>
      )}
      {kind !== 'sign-in' && (
        <p>
          {t('haveAccount')}{' '}
          <Link href={`/sign-in?${search}`} className="link">
            {t('signIn')}
          </Link>
        </p>
      )}
      {kind === 'sign-in' && (
        <p>
          <Link href="/forgot-password" className="link">
            {t('forgot')}
          </Link>
        </p>
      )}
    </div>
  );
}

function Credentials({ kind }: { kind: 'sign-in' | 'sign-up' }) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const { errors, check } = useErrors();
  const run = (work: () => Promise<SessionAnswer>): void => {
    setBusy(true);
    void check(work).finally(() => setBusy(false));
  };
  const submit = (form: FormData): void => {
    const text = (name: string): string => textOf(form, name).trim();
    const credentials = { email: text('email'), password: textOf(form, 'password') };
    if (kind === 'sign-in') run(() => plaza.session.signIn(credentials));
    else run(() => plaza.session.signUp({ ...credentials, name: text('name'), handle: text('handle') }));
  };
  return (
    <>
      <form className="panel stack" onSubmit={(event) => (event.preventDefault(), submit(new FormData(event.currentTarget)))}>
        {kind === 'sign-up' && (
          <>
            <Field label={t('nameLabel')} name="name" autoComplete="name" required error={errors['name']} />
            <Field label={t('handle')} name="handle" autoComplete="username" required error={errors['handle']} />
          </>
        )}
        <Field label={t('email')} name="email" type="email" autoComplete="email" required error={errors['email']} />
        <Field
          label={t('password')}
          name="password"
          type="password"
          autoComplete={kind === 'sign-in' ? 'current-password' : 'new-password'}
          required
          error={errors['password']}
        />
        {(errors[''] ?? errors['input']) && (
          <p className="danger" role="alert">
            {errors[''] ?? errors['input']}
          </p>
        )}
        <button className="button main" disabled={busy}>
          {t(titles[kind])}
        </button>
      </form>
      {demo && kind === 'sign-in' && (
        <button className="button" disabled={busy} onClick={() => run(() => plaza.session.signIn(demo!))}>
          {t('tryDemo')}
        </button>
      )}
    </>
  );
}

function ResetForm() {
  const { t } = useI18n();
  const [request, { loading }] = useMutation(RequestReset);
  const [sent, setSent] = useState(false);
  const { errors, check } = useErrors();
  const submit = async (form: FormData): Promise<void> => {
    const variables = { email: textOf(form, 'email').trim() };
    if (await check(async () => (await request({ variables })).data?.requestPasswordReset)) setSent(true);
  };
  if (sent) return <p className="notice">{t('resetSent')}</p>;
  return (
    <form className="panel stack" onSubmit={(event) => (event.preventDefault(), void submit(new FormData(event.currentTarget)))}>
      <p>{t('resetText')}</p>
      <Field label={t('email')} name="email" type="email" autoComplete="email" required error={errors['email'] ?? errors['']} />
      <button className="button main" disabled={loading}>
        {t('send')}
      </button>
    </form>
  );
}
