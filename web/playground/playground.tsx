import { useCallback, useEffect, useRef, useState } from 'react';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { AccountMenu, useSession } from './account.tsx';
import { Editor } from './editor.tsx';
import { exampleOf } from './examples.ts';
import { run, subscribe, type Operation } from './operations.ts';
import { endpoint } from './page.ts';
import { Sidebar } from './sidebar.tsx';
import { StartPage } from './start-page.tsx';
import { addToHistory, clearHistory, editOf, history, keepEdit, type HistoryEntry } from './storage.ts';

/** Events of one subscription that are shown. */
const maxEvents = 100;

interface Result {
  text: string;
  status: string;
  live: boolean;
}

export function Playground() {
  const [shown, setShown] = useState<string | null>(exampleInAddress);
  const [runs, setRuns] = useState(history);
  const [results, setResults] = useState<Record<string, Result>>({});
  const schema = useSchema();
  const stops = useRef(new Map<string, () => void>());

  useEffect(() => {
    const follow = () => setShown(exampleInAddress());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);

  const show = useCallback((id: string | null) => {
    location.hash = id ?? '';
    setShown(id);
  }, []);
  const keepResult = useCallback((id: string, result: Result) => setResults((all) => ({ ...all, [id]: result })), []);
  const stop = useCallback((id: string) => {
    stops.current.get(id)?.();
    stops.current.delete(id);
    setResults((all) => (all[id] ? { ...all, [id]: { ...all[id], live: false, status: 'Stopped' } } : all));
  }, []);

  const execute = useCallback(
    (id: string, operation: Operation, entry: HistoryEntry) => {
      setRuns(addToHistory(entry));
      stop(id);
      const onStop = (end: () => void) => void stops.current.set(id, end);
      void perform(operation, (result) => keepResult(id, result), onStop);
    },
    [keepResult, stop],
  );

  const example = shown === null ? undefined : exampleOf(shown);
  return (
    <div className="layout">
      <header>
        <strong>Plaza</strong>
        <span className="muted">{endpoint}</span>
        <AccountMenu />
      </header>
      <Sidebar
        shown={shown}
        history={runs}
        onShow={show}
        onReplay={(entry) => {
          keepEdit(entry.exampleId, { query: entry.query, variables: entry.variables });
          setShown(null);
          requestAnimationFrame(() => show(entry.exampleId));
        }}
        onClearHistory={() => {
          clearHistory();
          setRuns([]);
        }}
      />
      {example ? (
        <Workspace key={example.id} id={example.id} schema={schema} result={results[example.id]} onExecute={execute} onStop={stop} />
      ) : (
        <StartPage onShow={show} />
      )}
    </div>
  );
}

interface WorkspaceProps {
  id: string;
  schema: GraphQLSchema | null;
  result: Result | undefined;
  onExecute: (id: string, operation: Operation, entry: HistoryEntry) => void;
  onStop: (id: string) => void;
}

function Workspace({ id, schema, result, onExecute, onStop }: WorkspaceProps) {
  const example = exampleOf(id)!;
  const session = useSession();
  const original = { query: example.query, variables: example.variables };
  const [operation, setOperation] = useState<Operation>(editOf(id) ?? original);
  const edited = operation.query !== original.query || operation.variables !== original.variables;
  const edit = (change: Partial<Operation>) => {
    const next = { ...operation, ...change };
    setOperation(next);
    keepEdit(id, next.query === original.query && next.variables === original.variables ? null : next);
  };
  const execute = () =>
    onExecute(id, operation, {
      ...operation,
      exampleId: id,
      title: example.title,
      at: new Date().toISOString(),
      account: session?.email ?? null,
    });
  return (
    <main className="workspace">
      <div className="toolbar">
        <h1>{example.title}</h1>
        {example.account && <span className="muted">runs as {example.account}</span>}
        {edited && (
          <button type="button" className="plain" onClick={() => edit(original)}>
            Reset
          </button>
        )}
        {result?.live ? (
          <button type="button" className="run" onClick={() => onStop(id)}>
            Stop
          </button>
        ) : (
          <button type="button" className="run" onClick={execute}>
            Run
          </button>
        )}
      </div>
      <section className="query" aria-label="Operation">
        <Editor
          label="Operation"
          language="graphql"
          text={operation.query}
          schema={schema}
          onChange={(query) => edit({ query })}
          onRun={execute}
        />
      </section>
      <section className="variables" aria-label="Variables">
        <h2>Variables</h2>
        <Editor
          label="Variables"
          language="json"
          text={operation.variables}
          onChange={(variables) => edit({ variables })}
          onRun={execute}
        />
      </section>
      <section className="result" aria-label="Result">
        <h2>
          Result <span role="status">{result?.status}</span>
        </h2>
        <Editor label="Result" language="json" text={result?.text ?? ''} readOnly />
      </section>
    </main>
  );
}

/** Runs an operation and tells its result, or each event of it. */
async function perform(operation: Operation, onResult: (result: Result) => void, onStop: (end: () => void) => void): Promise<void> {
  const startedAt = performance.now();
  try {
    if (/^subscription\b/m.test(operation.query)) return follow(operation, onResult, onStop);
    onResult({ text: '', status: 'Running…', live: false });
    const answer = await run(operation);
    const took = `${Math.round(performance.now() - startedAt)} ms`;
    onResult({ text: JSON.stringify(answer, null, 2), status: answer.errors ? `Failed, ${took}` : took, live: false });
  } catch (error) {
    onResult({ text: '', status: (error as Error).message, live: false });
  }
}

function follow(operation: Operation, onResult: (result: Result) => void, onStop: (end: () => void) => void): void {
  const events: string[] = [];
  const tell = (live: boolean, status: string) => onResult({ text: events.join('\n\n'), status, live });
  const end = subscribe(
    operation,
    (event) => {
      events.unshift(JSON.stringify(event, null, 2));
      events.length = Math.min(events.length, maxEvents);
      tell(true, `Listening, ${events.length} received`);
    },
    (reason) => tell(false, reason ?? 'Ended by the server'),
  );
  onStop(end);
  tell(true, 'Listening for events…');
}

/** The schema, by one introspection query; null until it is there, or where introspection is off. */
function useSchema(): GraphQLSchema | null {
  const [schema, setSchema] = useState<GraphQLSchema | null>(null);
  useEffect(() => {
    const body = JSON.stringify({ query: getIntrospectionQuery({ inputValueDeprecation: true }) });
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    fetch(endpoint, { method: 'POST', headers, body })
      .then((response) => response.json())
      .then(({ data }: { data?: IntrospectionQuery }) => data && setSchema(buildClientSchema(data)))
      .catch(() => {});
  }, []);
  return schema;
}

function exampleInAddress(): string | null {
  const id = decodeURIComponent(location.hash.slice(1));
  return exampleOf(id) ? id : null;
}
