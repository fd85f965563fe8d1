/** What `/metrics` says, drawn as it changes. The server gives it to whoever has its METRICS_TOKEN. */
import { useEffect, useRef, useState, type FormEvent } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useText } from '../i18n';
import { parseMetrics, sumOf, type Sample } from '../metrics';
import { decimal } from '../parts';

const tokenKey = 'plaza-console-metrics-token';
const pollInterval = 5_000;
const maxPoints = 120;

interface Point {
  at: number;
  samples: Sample[];
}

export function Health() {
  const t = useText();
  const [token, setToken] = useState(sessionStorage.getItem(tokenKey) ?? '');
  const [points, setPoints] = useState<Point[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [ready, setReady] = useState<boolean | null>(null);

  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      const health = await fetch('/health/ready', { signal: stop.signal });
      setReady(health.ok);
      // An answer whose body nobody reads counts as under way.
      await health.text();
      if (!token) return;
      const response = await fetch('/metrics', { headers: { authorization: `Bearer ${token}` }, signal: stop.signal });
      if (!response.ok) return setProblem(t('The server did not give its metrics: check the token.'));
      setProblem(null);
      const samples = parseMetrics(await response.text());
      setPoints((before) => [...before, { at: Date.now() / 1000, samples }].slice(-maxPoints));
    };
    const attempt = () => void read().catch(() => stop.signal.aborted || setReady(false));
    attempt();
    const timer = setInterval(attempt, pollInterval);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [token, t]);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('token') as string;
    sessionStorage.setItem(tokenKey, given);
    setPoints([]);
    setToken(given);
  }

  return (
    <>
      <h1>{t('Health')}</h1>
      <p role="status">
        {ready === null ? t('Loading…') : ready ? `✓ ${t('The server and its store answer.')}` : `✗ ${t('The server is not ready.')}`}
      </p>
      {points.length === 0 && (
        <p className="muted">
          {t(
            'Rates, lags and the cache are shown once you enter the server’s METRICS_TOKEN. Without that variable, the server gives no metrics here.',
          )}
        </p>
      )}
      <form className="toolbar" onSubmit={submit}>
        <label className="wide">
          METRICS_TOKEN
          <input name="token" type="password" autoComplete="off" required defaultValue={token} />
        </label>
        <button type="submit">{t('Show metrics')}</button>
      </form>
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      {points.length > 0 && <Charts points={points} />}
    </>
  );
}

function Charts({ points }: { points: Point[] }) {
  const t = useText();
  const at = points.map((point) => point.at);
  const of = (name: string, labels?: Record<string, string>) => points.map(({ samples }) => sumOf(samples, name, labels));
  const latest = points.at(-1)!.samples;
  const lags = latest.filter(({ name }) => name === 'plaza_worker_lag_seconds');
  return (
    <>
      <div className="charts">
        <Chart title={t('Requests a second')} at={at} values={rates(at, of('plaza_http_requests_total'))} />
        <Chart title={t('Answered from the cache, %')} at={at} values={cacheShares(points)} />
        <Chart title={t('Subscribers')} at={at} values={of('plaza_subscribers')} />
        <Chart title={t('Memory, MB')} at={at} values={of('process_resident_memory_bytes').map((bytes) => bytes / 1e6)} />
        <Chart title={t('Processor, %')} at={at} values={rates(at, of('process_cpu_seconds_total')).map((share) => share * 100)} />
        <Chart title={t('Event loop lag, ms')} at={at} values={of('nodejs_eventloop_lag_p99_seconds').map((seconds) => seconds * 1000)} />
      </div>
      <h2>{t('Background work')}</h2>
      <table>
        <thead>
          <tr>
            <th>{t('Worker')}</th>
            <th>{t('Seconds since it last succeeded')}</th>
          </tr>
        </thead>
        <tbody>
          {lags.map(({ labels, value }) => (
            <tr key={labels['worker']}>
              <td>{labels['worker']}</td>
              <td>{decimal(value, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** What a counter grew by in a second. */
function rates(at: number[], values: number[]): number[] {
  return values.map((value, index) => (index === 0 ? 0 : Math.max(0, (value - values[index - 1]!) / (at[index]! - at[index - 1]!))));
}

/** What of a hundred questions the cache answered between two readings; what it was where nobody asked. */
function cacheShares(points: Point[]): number[] {
  const counts = points.map(({ samples }) => ({
    hits: sumOf(samples, 'plaza_cache_answers_total', { outcome: 'hit' }),
    all: sumOf(samples, 'plaza_cache_answers_total'),
  }));
  let last = 0;
  return counts.map(({ hits, all }, index) => {
    const before = counts[index - 1] ?? { hits: 0, all: 0 };
    // A server that was started anew counts from the beginning.
    if (all > before.all) last = (100 * (hits - before.hits)) / (all - before.all);
    return Math.max(0, last);
  });
}

/** Seconds since 1970 as times of day, as the reader writes them. */
function times(_: uPlot, seconds: number[]): string[] {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'medium' });
  return seconds.map((second) => format.format(second * 1000));
}

function Chart({ title, at, values }: { title: string; at: number[]; values: number[] }) {
  const parent = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const [text, line, accent] = ['--text', '--line', '--accent'].map((name) => style.getPropertyValue(name).trim());
    const axis = { stroke: text!, grid: { stroke: line!, width: 1 }, ticks: { stroke: line!, width: 1 } };
    const options = {
      width: 420,
      height: 180,
      legend: { show: false },
      series: [{}, { stroke: accent!, width: 2 }],
      axes: [{ ...axis, values: times }, axis],
    };
    plot.current = new uPlot(options, [[], []], parent.current!);
    return () => plot.current?.destroy();
  }, []);
  useEffect(() => plot.current?.setData([at, values]), [at, values]);
  return (
    <figure>
      <figcaption>
        {title} <strong>{values.length > 0 && decimal(values.at(-1)!, 1)}</strong>
      </figcaption>
      <div ref={parent} aria-hidden="true" />
    </figure>
  );
}
