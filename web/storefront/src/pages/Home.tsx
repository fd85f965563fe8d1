import { useMutation } from '@apollo/client/react';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useViewer } from '../components/Layout';
import { Failed, Icon, Loading, Person, useAction } from '../components/parts';
import { ProductCard } from '../components/ProductCard';
import { demo } from '../demo';
import { useFirstQuery } from '../first-answers';
import { graphql } from '../gql';
import type { HomeQuery } from '../gql/graphql';
import { useI18n } from '../i18n';
import { plaza } from '../shop';

const HomePage = graphql(`
  query Home($visitorId: String) {
    viewer {
      id
      recommendedProducts(first: 8, context: HOME, visitorId: $visitorId) {
        edges {
          impressionId
          reasons {
            kind
            text
          }
          node {
            ...ProductCard
          }
        }
      }
      similarUsers(first: 4) {
        edges {
          similarity
          node {
            id
            name
            handle
            avatar {
              id
              url(width: 128, height: 128)
            }
          }
        }
      }
    }
    trendingProducts(first: 8, window: MONTH) {
      edges {
        node {
          ...ProductCard
        }
      }
    }
  }
`);

const Dismiss = graphql(`
  mutation Dismiss($impressionId: ID!) {
    recordRecommendationFeedback(input: { impressionId: $impressionId, outcome: DISMISSED }) {
      userErrors {
        field
        message
      }
    }
  }
`);

type Recommended = HomeQuery['viewer']['recommendedProducts']['edges'][number];

export function Home() {
  const { t } = useI18n();
  const { data, error, refetch } = useFirstQuery(HomePage, { visitorId: plaza.tracker.visitorId });
  const viewer = useViewer();
  const user = viewer?.user;
  return (
    <div className="wrap stack loose">
      <title>Plaza</title>
      <Hero name={user?.name ?? null} />
      {error && !data && <Failed onRetry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <section className="stack" aria-labelledby="for-you">
            <h2 id="for-you">{user ? t('forYou') : t('popular')}</h2>
            <div className="grid">
              {data.viewer.recommendedProducts.edges.map((edge, at) => (
                <Recommendation
                  key={edge.node.id}
                  edge={edge}
                  eager={at < 4}
                  onDismissed={() => void refetch()}
                  dismissible={Boolean(user)}
                />
              ))}
            </div>
          </section>
          <SimilarPeople edges={data.viewer.similarUsers?.edges ?? []} />
          <section className="stack" aria-labelledby="trending">
            <h2 id="trending">{t('trending')}</h2>
            <div className="grid">
              {data.trendingProducts.edges.map(({ node }) => (
                <ProductCard key={node.id} product={node} />
              ))}
            </div>
          </section>
        </>
      )}
    </div>
  );
}

function Hero({ name }: { name: string | null }) {
  const { t } = useI18n();
  const [, go] = useLocation();
  const act = useAction();
  const asDemo = async (): Promise<void> => {
    if (await act(() => plaza.session.signIn(demo!))) go('/');
  };
  return (
    <section className="hero">
      <h1>{name ? t('hello', { name }) : t('heroTitle')}</h1>
      <p>{t('heroText')}</p>
      {!name && (
        <div className="row">
          {demo && (
            <button className="button main" onClick={() => void asDemo()}>
              {t('tryDemo')}
            </button>
          )}
          <Link href="/sign-up" className="button">
            {t('signUp')}
          </Link>
        </div>
      )}
      {!name && demo && <p className="small soft">{t('demoHint')}</p>}
    </section>
  );
}

interface RecommendationProps {
  edge: Recommended;
  eager: boolean;
  dismissible: boolean;
  onDismissed: () => void;
}

function Recommendation({ edge: { impressionId, reasons, node }, eager, dismissible, onDismissed }: RecommendationProps) {
  const { t } = useI18n();
  const ref = useRef<HTMLElement>(null);
  const [dismiss] = useMutation(Dismiss);
  const act = useAction();
  const dropIt = async (): Promise<void> => {
    if (await act(async () => (await dismiss({ variables: { impressionId } })).data?.recordRecommendationFeedback)) onDismissed();
  };
  useEffect(() => (ref.current ? plaza.tracker.observe(ref.current, impressionId) : undefined), [impressionId]);
  return (
    <ProductCard product={node} eager={eager} ref={ref} onOpen={() => plaza.tracker.clicked(node.id)}>
      {reasons[0] && (
        <p className="reason">
          <Icon name="spark" size={14} />
          <span>{reasons[0].text}</span>
        </p>
      )}
      {dismissible && (
        <button className="link small above soft" aria-label={`${t('notInterested')}: ${node.title}`} onClick={() => void dropIt()}>
          {t('notInterested')}
        </button>
      )}
    </ProductCard>
  );
}

type SimilarEdges = NonNullable<HomeQuery['viewer']['similarUsers']>['edges'];

function SimilarPeople({ edges }: { edges: SimilarEdges }) {
  const { t } = useI18n();
  if (edges.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="people">
      <h2 id="people">{t('people')}</h2>
      <ul className="grid">
        {edges.map(({ node, similarity }) => (
          <li key={node.id} className="panel stack tight">
            <Person user={node} />
            <span className="small soft">{t('alike', { n: Math.round(similarity * 100) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
