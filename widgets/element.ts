/** What the three elements have in common: which product they show, where from, in which language and how they look. */
import { apiAt, type Api } from './api.js';
import { Speech } from '../src/http/widget-words.js';

type Child = Node | string | null | false;

/** Makes an element. Everything that people wrote comes in as text, never as markup. */
export function h(tag: string, attributes: Record<string, string | null> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  for (const child of children) if (child !== null && child !== false) element.append(child);
  return element;
}

const styles = `
:host{display:block;font:var(--plaza-font,inherit);color:var(--plaza-color-text,#1d2330);line-height:1.5}
:host([hidden]){display:none}
h1,h2,h3,h4,h5,h6,p,ul{margin:0;padding:0}
.title{font-size:1.25em;line-height:1.3;margin-bottom:.5em}
article h3{font-size:1em}
ul{list-style:none}
li{border-top:1px solid var(--plaza-color-line,#d8dce5);padding:.75em 0}
.stars{color:var(--plaza-color-line,#d8dce5);letter-spacing:.08em;white-space:nowrap;position:relative;display:inline-block}
.stars>.filled{color:var(--plaza-color-star,#b45309);position:absolute;inset:0 auto 0 0;overflow:hidden}
.muted{color:var(--plaza-color-muted,#545b6b);font-size:.875em}
.badge{color:var(--plaza-color-verified,#166534);font-size:.875em}
.text{white-space:pre-line;overflow-wrap:anywhere}
.answer{margin:.5em 0 0;padding-left:.75em;border-left:3px solid var(--plaza-color-line,#d8dce5)}
button{font:inherit;font-weight:600;min-height:2.75em;padding:.5em 1.25em;cursor:pointer;color:var(--plaza-color-button-text,#1d2330);background:var(--plaza-color-button,#eef0f5);border:1px solid var(--plaza-color-button-line,#6b7280);border-radius:var(--plaza-radius,.5em)}
button:focus-visible{outline:3px solid var(--plaza-color-focus,#1d4ed8);outline-offset:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
img{max-width:6em;max-height:6em;border-radius:var(--plaza-radius,.5em);margin:.5em .5em 0 0}`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

/** Where the script came from: the API is there, too. */
const scriptUrl = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;

/** Milliseconds until what failed is tried again. */
const firstWait = 1_000;
const longestWait = 60_000;

/** Which product an element is about, as variables of queries. */
export type ProductNames = { id: string } | { externalId: string; source: string };

export abstract class ProductElement extends HTMLElement {
  static readonly observedAttributes = ['product-id', 'external-id', 'source', 'locale', 'endpoint'];
  protected speech = new Speech('en');
  private readonly root = this.attachShadow({ mode: 'open' });
  private readonly status = h('p', { role: 'status', class: 'hidden' });
  private readonly content = h('div');
  private endings: (() => void)[] = [];
  /** Counts loads, so that what an earlier one brings late is not shown. */
  private load = 0;
  private failures = 0;
  private failedAt = 0;

  constructor() {
    super();
    this.root.adoptedStyleSheets = [sheet];
    this.root.append(this.content, this.status);
  }

  connectedCallback(): void {
    this.restart();
  }

  disconnectedCallback(): void {
    this.end();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (this.isConnected && before !== after) this.restart();
  }

  /** Reads and shows the product; what it subscribes to is ended by `follow`. */
  protected abstract show(api: Api, product: ProductNames): Promise<void>;

  protected render(...children: Child[]): void {
    this.content.replaceChildren(...children.filter((child) => child !== null && child !== false));
  }

  /** Tells people who cannot see that something came. */
  protected announce(text: string): void {
    this.status.textContent = text;
  }

  /** Keeps what ends a subscription. */
  protected follow(end: () => void): void {
    this.endings.push(end);
  }

  /** Reads everything anew. */
  protected readonly restart = (): void => {
    this.end();
    const names = this.names();
    if (!names) return;
    const load = ++this.load;
    const locale = this.getAttribute('locale') ?? (document.documentElement.lang || navigator.language);
    this.speech = new Speech(locale);
    this.content.lang = this.speech.language;
    const api = apiAt(this.getAttribute('endpoint') ?? new URL('/graphql', scriptUrl).href);
    this.setAttribute('aria-busy', 'true');
    this.show(api, names)
      .catch((error: unknown) => {
        if (load !== this.load) return;
        console.error('plaza:', error);
        this.render(h('p', { class: 'muted' }, this.speech.words.failed));
        this.retry();
      })
      .finally(() => this.removeAttribute('aria-busy'));
  };

  /** Reads everything anew after a while: a longer one each time, until a time without failures. */
  protected readonly retry = (): void => {
    const now = Date.now();
    if (now - this.failedAt > 2 * longestWait) this.failures = 0;
    this.failedAt = now;
    const wait = Math.min(longestWait, firstWait * 2 ** this.failures++) * (0.5 + Math.random() / 2);
    const timer = setTimeout(this.restart, wait);
    this.endings.push(() => clearTimeout(timer));
  };

  private names(): ProductNames | null {
    const [id, externalId, source] = ['product-id', 'external-id', 'source'].map((name) => this.getAttribute(name));
    if (id) return { id };
    return externalId && source ? { externalId, source } : null;
  }

  private end(): void {
    this.load++;
    for (const end of this.endings.splice(0)) end();
  }
}

/** Stars as a picture with a name. */
export function stars(value: number, label: string): HTMLElement {
  const filled = h('span', { 'aria-hidden': 'true', class: 'filled' }, '★★★★★');
  filled.style.width = `${(value / 5) * 100}%`;
  return h('span', { class: 'stars', role: 'img', 'aria-label': label }, h('span', { 'aria-hidden': 'true' }, '★★★★★'), filled);
}

/** The level of the element's heading: 2 unless its attribute `heading-level` says otherwise. */
export function heading(element: HTMLElement, text: string, id: string): HTMLElement {
  const level = element.getAttribute('heading-level') ?? '2';
  return h(/^[1-6]$/.test(level) ? `h${level}` : 'h2', { id, class: 'title' }, text);
}
