/** The examples by task, what was run, and a search over both. */
import { useState } from 'react';
import { exampleGroups, type Example } from './examples.ts';
import type { HistoryEntry } from './storage.ts';

interface SidebarProps {
  shown: string | null;
  history: HistoryEntry[];
  onShow: (id: string | null) => void;
  onReplay: (entry: HistoryEntry) => void;
  onClearHistory: () => void;
}

export function Sidebar({ shown, history, onShow, onReplay, onClearHistory }: SidebarProps) {
  const [search, setSearch] = useState('');
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ title, query }: { title: string; query: string }): boolean =>
    words.every((word) => `${title}\n${query}`.toLowerCase().includes(word));
  const groups = exampleGroups.map(({ title, examples }) => ({ title, examples: examples.filter(matches) }));
  const found = groups.filter(({ examples }) => examples.length > 0);
  const runs = history.filter(matches);
  return (
    <nav className="sidebar" aria-label="Examples">
      <input
        type="search"
        placeholder="Search examples"
        aria-label="Search examples"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <button type="button" className="item" aria-current={shown === null ? 'page' : undefined} onClick={() => onShow(null)}>
        Start
      </button>
      {found.map(({ title, examples }) => (
        <section key={title}>
          <h2>{title}</h2>
          {examples.map((example) => (
            <Item key={example.id} example={example} shown={shown === example.id} onShow={onShow} />
          ))}
        </section>
      ))}
      {found.length === 0 && runs.length === 0 && <p className="muted">Nothing matches “{search}”.</p>}
      {runs.length > 0 && (
        <section>
          <h2>
            History{' '}
            <button type="button" className="plain" onClick={onClearHistory}>
              Clear
            </button>
          </h2>
          {runs.map((entry) => (
            <button type="button" className="item" key={entry.at} onClick={() => onReplay(entry)}>
              <span>{entry.title}</span> <time dateTime={entry.at}>{new Date(entry.at).toLocaleTimeString()}</time>
            </button>
          ))}
        </section>
      )}
    </nav>
  );
}

function Item({ example, shown, onShow }: { example: Example; shown: boolean; onShow: (id: string) => void }) {
  return (
    <button type="button" className="item" aria-current={shown ? 'page' : undefined} onClick={() => onShow(example.id)}>
      <span className={`kind ${example.kind}`} title={example.kind} aria-hidden="true">
        {example.kind[0]!.toUpperCase()}
      </span>
      <span>{example.title}</span>
    </button>
  );
}
