import { SignInButtons } from './account.tsx';
import { isDemo } from './page.ts';

export function StartPage({ onShow }: { onShow: (id: string) => void }) {
  const link = (id: string, text: string) => (
    <a
      href={`#${id}`}
      onClick={(event) => {
        event.preventDefault();
        onShow(id);
      }}
    >
      {text}
    </a>
  );
  return (
    <main className="start">
      <h1>Plaza playground</h1>
      <p>
        Run operations against this server. The examples on the left are grouped by task; every one of them works as it is
        {isDemo ? ' in the demo shop' : ''}.
      </p>
      <ol>
        <li>
          <h2>Sign in</h2>
          <p>Queries of products and reviews need no account. Everything personal does.</p>
          <SignInButtons />
          <p className="muted">The access token is sent with every operation and renewed before it expires.</p>
        </li>
        <li>
          <h2>Run</h2>
          <p>
            Open {link('product-page', 'the product page')} and press <kbd>Ctrl</kbd> <kbd>Enter</kbd> or <b>Run</b>. Completion and checks
            follow the schema.
          </p>
        </li>
        <li>
          <h2>Subscribe</h2>
          <p>
            Run {link('subscribe-to-comments', 'the subscription to comments')}, then {link('write-a-comment', 'write a comment')}. A
            subscription goes on while you use other examples, and shows what arrived when you come back.
          </p>
        </li>
      </ol>
      <p>
        <a href="/docs/">Guides and API reference</a>
      </p>
    </main>
  );
}
