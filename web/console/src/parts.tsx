/** What several pages share: states of a list, paging, forms that say what went wrong. */
import { CombinedGraphQLErrors, ServerError } from '@apollo/client';
import { useState, type CSSProperties, type FormEvent, type ReactNode } from 'react';
import { useText } from './i18n';

export interface UserError {
  message: string;
}

interface Connection {
  edges: readonly unknown[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** @param more loads the next page after a cursor */
export function List({
  connection,
  loading,
  error,
  empty,
  more,
  children,
}: {
  connection: Connection | null | undefined;
  loading: boolean;
  error: Error | undefined;
  empty: string;
  more: (after: string | null) => Promise<unknown>;
  children: ReactNode;
}) {
  const t = useText();
  const reasonOf = useReason();
  const { problems, send } = useSending();
  if (error && !connection) return <p role="alert">{reasonOf(error)}</p>;
  if (!connection) return <p className="loading">{loading ? t('Loading…') : ''}</p>;
  if (connection.edges.length === 0) return <p className="empty">{empty}</p>;
  return (
    <>
      {children}
      {connection.pageInfo.hasNextPage && (
        <button type="button" disabled={loading} onClick={() => void send(() => more(connection.pageInfo.endCursor).then(() => []))}>
          {t('Show more')}
        </button>
      )}
      <Problems problems={error ? [{ message: reasonOf(error) }] : problems} />
    </>
  );
}

/** A table whose rows are cards on a phone, where each value stands beside the name of its column. */
export function Table({ columns, children }: { columns: readonly string[]; children: ReactNode }) {
  const names = columns.map((name, at) => [`--column-${at + 1}`, JSON.stringify(name)]);
  return (
    <table className="records" style={Object.fromEntries(names) as CSSProperties}>
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** A text that is sent. @param onSend answers what is wrong, or nothing */
export function ReplyForm({
  label,
  action,
  onSend,
}: {
  label: string;
  action: string;
  onSend: (text: string) => Promise<readonly UserError[]>;
}) {
  const { problems, send } = useSending();
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    await send(async () => {
      const found = await onSend(new FormData(form).get('text') as string);
      if (found.length === 0) form.reset();
      return found;
    });
    setBusy(false);
  }
  return (
    <form className="reply" onSubmit={(event) => void submit(event)}>
      <label>
        <span className="hidden">{label}</span>
        <textarea name="text" rows={2} placeholder={label} required maxLength={2000} />
      </label>
      <button type="submit" disabled={busy}>
        {action}
      </button>
      <Problems problems={problems} />
    </form>
  );
}

/** Sends something, and has what went wrong with what was sent last: what the API refused, or that no answer came. */
export function useSending(): {
  problems: readonly UserError[];
  send: (work: () => Promise<readonly UserError[] | null | undefined>) => Promise<void>;
} {
  const reasonOf = useReason();
  const [problems, setProblems] = useState<readonly UserError[]>([]);
  const send = async (work: () => Promise<readonly UserError[] | null | undefined>): Promise<void> => {
    const failed = (error: Error): UserError[] => [{ message: reasonOf(error) }];
    setProblems((await work().catch(failed)) ?? []);
  };
  return { problems, send };
}

/** @returns what says why a request failed: what the API said, or that it did not answer */
export function useReason(): (error: Error) => string {
  const t = useText();
  return (error) => {
    const unanswered = t('The server did not answer. Try again.');
    return CombinedGraphQLErrors.is(error) ? error.message : (ServerError.is(error) && refusal(error.bodyText)) || unanswered;
  };
}

function refusal(body: string): string | null {
  try {
    return (JSON.parse(body) as { errors?: { message: string }[] }).errors?.[0]?.message ?? null;
  } catch {
    return null;
  }
}

export function Problems({ problems }: { problems: readonly UserError[] }) {
  if (problems.length === 0) return null;
  return (
    <p role="alert" className="problem">
      {problems.map(({ message }) => message).join(' ')}
    </p>
  );
}

/** A number as the viewer's language writes it. */
export function decimal(value: number, digits: number): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString(document.documentElement.lang, options);
}

export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at}>{new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' })}</time>
  );
}

export function Stars({ value }: { value: number }) {
  return (
    <span className="stars" role="img" aria-label={decimal(value, 1)}>
      ★ {decimal(value, 1)}
    </span>
  );
}

/** A secret that the API shows once. */
export function Secret({ label, value }: { label: string; value: string }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  const copy = (): void =>
    void navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => {},
    );
  return (
    <div className="secret" role="status">
      <p>{t('Copy it now. It is not shown again.')}</p>
      <label>
        {label}
        <input readOnly value={value} onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      <button type="button" onClick={copy}>
        {t(copied ? 'Copied' : 'Copy')}
      </button>
    </div>
  );
}
