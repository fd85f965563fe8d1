/** Small parts that every page uses. */
import { CombinedGraphQLErrors, ServerError } from '@apollo/client';
import { RequestFailed } from '@plaza/client';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useI18n } from '../i18n';

const paths = {
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4.5 4.5',
  bag: 'M5 8h14l-1 12H6L5 8Zm4 0a3 3 0 0 1 6 0',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15L6 16Zm4 3.5a2 2 0 0 0 4 0',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20a7.5 7.5 0 0 1 15 0',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-9 9h18M12 3c3 2.5 4 6 4 9s-1 6.5-4 9c-3-2.5-4-6-4-9s1-6.5 4-9Z',
  spark: 'M12 3l2 6.5L20.500 12 14 14.500 12 21l-2-6.500L3.500 12 10 9.500 12 3Z',
  check: 'M5 12.500 10 17.500 19.500 7',
} as const;

export function Icon({ name, size = 20 }: { name: keyof typeof paths; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}

const star = 'M12 2.500l2.900 6.200 6.600.8-4.900 4.600 1.300 6.700L12 17.500l-5.900 3.300 1.300-6.700L2.500 9.500l6.600-.8L12 2.500Z';

export function Star({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
      <path d={star} />
    </svg>
  );
}

const fiveStars = [0, 1, 2, 3, 4].map((at) => <path key={at} d={star} transform={`translate(${at * 24} 0)`} />);

/** Filled as far as the rating goes, from where reading begins. */
export function Stars({ value, count, size = 16 }: { value: number | null; count?: number; size?: number }) {
  const { t, number } = useI18n();
  if (value === null) return <span className="small soft">{t('noRating')}</span>;
  return (
    <span className="stars small">
      <svg
        width={size * 5}
        height={size}
        viewBox="0 0 120 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.2"
        role="img"
        aria-label={t('stars', { n: Number(value.toFixed(1)) })}
      >
        {fiveStars}
        <svg width={value * 24} height="24" fill="currentColor">
          {fiveStars}
        </svg>
      </svg>
      <span>
        {number(value, 1)}
        {count !== undefined && <span className="soft"> ({number(count)})</span>}
      </span>
    </span>
  );
}

export function Loading() {
  const { t } = useI18n();
  return (
    <p className="loading" role="status">
      {t('loading')}
    </p>
  );
}

export function Failed({ onRetry }: { onRetry?: () => void }) {
  const { t } = useI18n();
  return (
    <div className="notice bad row between" role="alert">
      <span>{t('failed')}</span>
      {onRetry && (
        <button className="button" onClick={onRetry}>
          {t('retry')}
        </button>
      )}
    </div>
  );
}

interface ShownImage {
  url: string;
  large?: string;
  altText: string | null;
}

export function Picture({ image, alt, eager = false }: { image: ShownImage | null | undefined; alt: string; eager?: boolean }) {
  if (!image) return <div className="picture" role="img" aria-label={alt} />;
  return (
    <img
      className="picture"
      src={image.url}
      srcSet={image.large && `${image.url} 1x, ${image.large} 2x`}
      alt={alt}
      width="512"
      height="512"
      loading={eager ? 'eager' : 'lazy'}
      fetchPriority={eager ? 'high' : 'auto'}
      decoding="async"
    />
  );
}

export interface ShownUser {
  name: string;
  handle: string;
  avatar: { url: string } | null;
}

export function Avatar({ user, size }: { user: ShownUser | null; size?: number }) {
  const style = size ? ({ '--size': `${size}px` } as React.CSSProperties) : undefined;
  if (user?.avatar) return <img className="avatar" src={user.avatar.url} alt="" style={style} loading="lazy" width="40" height="40" />;
  return (
    <span className="avatar" aria-hidden="true" style={style}>
      {(user?.name ?? '·').slice(0, 1)}
    </span>
  );
}

export function Person({ user, size }: { user: ShownUser | null; size?: number }) {
  const { t } = useI18n();
  if (!user) return <span className="person soft">{t('someone')}</span>;
  return (
    <Link href={`/users/${encodeURIComponent(user.handle)}`} className="person">
      <Avatar user={user} size={size} />
      <bdi>{user.name}</bdi>
    </Link>
  );
}

interface PageInfo {
  hasNextPage: boolean;
  endCursor: string | null;
}

export function More({ pageInfo, onMore }: { pageInfo: PageInfo; onMore: (after: string) => Promise<unknown> }) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  if (!pageInfo.hasNextPage || !pageInfo.endCursor) return null;
  const load = async (): Promise<void> => {
    setBusy(true);
    await onMore(pageInfo.endCursor!).catch(() => say(t('failed')));
    setBusy(false);
  };
  return (
    <button className="button" disabled={busy} onClick={() => void load()}>
      {busy ? t('loading') : t('more')}
    </button>
  );
}

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useI18n();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} onClose={onClose} aria-label={title}>
      <div className="stack">
        <div className="row between">
          <h2>{title}</h2>
          <button className="button" onClick={() => ref.current?.close()}>
            {t('close')}
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

const listeners = new Set<(text: string) => void>();

/** Says something at the bottom of the page for a while. */
export function say(text: string): void {
  for (const listener of listeners) listener(text);
}

export function Toast() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const show = (next: string): void => {
      setText(next);
      clearTimeout(timer);
      timer = setTimeout(() => setText(''), 4000);
    };
    listeners.add(show);
    return () => {
      listeners.delete(show);
      clearTimeout(timer);
    };
  }, []);
  return (
    <div role="status" aria-live="polite">
      {text && <div className="toast">{text}</div>}
    </div>
  );
}

interface Answer {
  userErrors: readonly { message: string; field: readonly string[] }[];
}

type Work<Given> = () => Promise<Given | null | undefined>;

/** What a mutation said was wrong, by field; the rest under ''. */
export function useErrors() {
  const { t } = useI18n();
  const [errors, setErrors] = useState<Record<string, string>>({});
  return {
    errors,
    /** @returns the answer if nothing was wrong with it */
    check: async <Given extends Answer>(work: Work<Given>): Promise<Given | null> => {
      const { answer, wrong } = await attempt(work, t('failed'));
      setErrors(wrong);
      return answer;
    },
  };
}

/** Does what has no place for errors of its own, and says what was wrong. */
export function useAction() {
  const { t } = useI18n();
  return async <Given extends Answer>(work: Work<Given>): Promise<Given | null> => {
    const { answer, wrong } = await attempt(work, t('failed'));
    if (!answer) say(Object.values(wrong)[0] ?? t('failed'));
    return answer;
  };
}

async function attempt<Given extends Answer>(work: Work<Given>, failed: string) {
  try {
    const answer = await work();
    const userErrors = answer?.userErrors ?? [];
    const wrong = Object.fromEntries(userErrors.map(({ field, message }) => [field.at(-1) ?? '', message]));
    return { answer: answer && userErrors.length === 0 ? answer : null, wrong };
  } catch (error) {
    return { answer: null, wrong: { '': reasonOf(error) ?? failed } };
  }
}

/** What the shop said to a request that it refused, such as how long to wait. Null where it did not answer. */
function reasonOf(error: unknown): string | null {
  if (ServerError.is(error)) return refusal(error.bodyText);
  const isAnswer = CombinedGraphQLErrors.is(error) || (error instanceof RequestFailed && error.code !== null);
  return isAnswer ? error.message : null;
}

function refusal(body: string): string | null {
  try {
    return (JSON.parse(body) as { errors?: { message: string }[] }).errors?.[0]?.message ?? null;
  } catch {
    return null;
  }
}

/** What somebody typed into a field of a form. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

interface FieldProps {
  label: string;
  name: string;
  error?: string;
  type?: string;
  defaultValue?: string;
  autoComplete?: string;
  required?: boolean;
  multiline?: boolean;
  placeholder?: string;
}

export function Field({ label, name, error, multiline, ...given }: FieldProps) {
  const id = `${name}-error`;
  const shared = { name, className: 'input', 'aria-invalid': Boolean(error), 'aria-describedby': error ? id : undefined, ...given };
  return (
    <label className="field">
      <span>{label}</span>
      {multiline ? <textarea {...shared} /> : <input {...shared} />}
      {error && (
        <span id={id} className="small danger">
          {error}
        </span>
      )}
    </label>
  );
}
