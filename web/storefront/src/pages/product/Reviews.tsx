import { useApolloClient, useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Avatar, Failed, Field, Loading, More, say, Star, Stars, useAction, useErrors, textOf } from '../../components/parts';
import { graphql } from '../../gql';
import type { ProductQuery, ReviewFilter, ReviewItemFragment, ReviewSort, ReviewsQuery } from '../../gql/graphql';
import { useI18n } from '../../i18n';
import { arrived, forget, insertEdge } from '../../lists';
import { plaza } from '../../shop';
import { uploadImage } from '../../upload';
import { CommentToggle } from './Comments';
import { ReportButton } from './ReportButton';
import { Topics } from './Topics';

graphql(`
  fragment ReviewItem on Review {
    id
    title
    body
    overall
    createdAt
    editedAt
    verifiedPurchase
    incentivised
    helpfulCount
    unhelpfulCount
    viewerVote
    commentCount
    ratings {
      quality
      price
      service
    }
    images {
      id
      url(width: 256, height: 256)
      large: url(width: 1024)
      altText
    }
    response {
      body
      updatedAt
    }
    author {
      id
      name
      handle
      avatar {
        id
        url(width: 128, height: 128)
      }
    }
    viewerCanDelete {
      allowed
    }
  }
`);

const Query = graphql(`
  query Reviews($id: ID!, $filter: ReviewFilter, $search: String, $sort: ReviewSort!, $after: String) {
    product(id: $id) {
      id
      reviews(first: 8, after: $after, filter: $filter, search: $search, sort: $sort) {
        liveCursor
        edges {
          cursor
          node {
            ...ReviewItem
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const Changed = graphql(`
  subscription ReviewChanged($id: ID!, $after: String) {
    reviewChanged(productId: $id, after: $after) {
      cursor
      kind
      reviewId
      review {
        ...ReviewItem
      }
      edge {
        cursor
        node {
          id
        }
      }
    }
  }
`);

const Create = graphql(`
  mutation CreateReview($input: CreateReviewInput!) {
    createReview(input: $input) {
      held
      review {
        ...ReviewItem
        product {
          id
          viewerCanReview {
            allowed
            reason
          }
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Vote = graphql(`
  mutation VoteReview($input: VoteReviewInput!) {
    voteReview(input: $input) {
      review {
        id
        helpfulCount
        unhelpfulCount
        viewerVote
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Delete = graphql(`
  mutation DeleteReview($input: DeleteReviewInput!) {
    deleteReview(input: $input) {
      deletedReviewId
      product {
        id
        viewerCanReview {
          allowed
          reason
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const sorts = { HELPFUL: 'mostHelpful', NEWEST: 'newest', OLDEST: 'oldest', HIGHEST: 'highest', LOWEST: 'lowest' } as const;
type CanReview = NonNullable<ProductQuery['product']>['viewerCanReview'];

export function Reviews({ productId, canReview }: { productId: string; canReview: CanReview }) {
  const { t } = useI18n();
  const [filter, setFilter] = useState<ReviewFilter>({});
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<ReviewSort>('HELPFUL');
  const variables = { id: productId, filter, search: search || undefined, sort };
  const { data, previousData, error, refetch, fetchMore } = useQuery(Query, { variables });
  const shown = (data ?? previousData)?.product?.reviews;
  return (
    <div className="stack">
      <Topics productId={productId} chosen={filter.topic ?? undefined} onChoose={(topic) => setFilter({ ...filter, topic })} />
      <WriteReview productId={productId} canReview={canReview} />
      <Choice filter={filter} sort={sort} onFilter={setFilter} onSort={setSort} onSearch={setSearch} />
      {error && !data && <Failed onRetry={() => void refetch()} />}
      {!shown && !error && (data ? <p className="soft">{t('gone')}</p> : <Loading />)}
      {shown && <List list={shown} productId={productId} />}
      {shown && <More pageInfo={shown.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />}
    </div>
  );
}

type ReviewList = NonNullable<ReviewsQuery['product']>['reviews'];

/** Whether a list takes in a new review: one that is filtered or searched shows what it was asked for. */
function fits(name: string): boolean {
  return !/"(rating|verified|withImages|topic|search)"/.test(name);
}

function List({ list, productId }: { list: ReviewList; productId: string }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [after] = useState(list.liveCursor);
  useSubscription(Changed, {
    variables: { id: productId, after },
    onData({ data: { data } }) {
      const change = data?.reviewChanged;
      if (change?.kind === 'REMOVED') return forget(cache, 'Review', change.reviewId);
      if (change?.kind !== 'ADDED' || !change.edge) return;
      arrived.add(change.reviewId);
      if (change.review?.author && !change.review.viewerCanDelete.allowed) say(t('newReview'));
      insertEdge(cache, { __typename: 'Product', id: productId }, 'reviews', change.edge, { fits });
    },
  });
  if (list.edges.length === 0) return <p className="soft">{t('empty')}</p>;
  return (
    <ul>
      {list.edges.map(({ node }) => (
        <li key={node.id} className={arrived.has(node.id) ? 'entry fresh' : 'entry'}>
          <Item review={node} />
        </li>
      ))}
    </ul>
  );
}

interface ChoiceProps {
  filter: ReviewFilter;
  sort: ReviewSort;
  onFilter: (filter: ReviewFilter) => void;
  onSort: (sort: ReviewSort) => void;
  onSearch: (text: string) => void;
}

function Choice({ filter, sort, onFilter, onSort, onSearch }: ChoiceProps) {
  const { t } = useI18n();
  const flag = (name: 'verified' | 'withImages', label: string) => (
    <button
      className="button"
      aria-pressed={Boolean(filter[name])}
      onClick={() => onFilter({ ...filter, [name]: filter[name] ? undefined : true })}
    >
      {label}
    </button>
  );
  return (
    <div className="row">
      <select
        className="input"
        style={{ width: 'auto' }}
        aria-label={t('sort')}
        value={sort}
        onChange={({ target }) => onSort(target.value as ReviewSort)}
      >
        {Object.entries(sorts).map(([value, label]) => (
          <option key={value} value={value}>
            {t(label)}
          </option>
        ))}
      </select>
      <select
        className="input"
        style={{ width: 'auto' }}
        aria-label={t('rating')}
        value={filter.rating ?? ''}
        onChange={({ target }) => onFilter({ ...filter, rating: Number(target.value) || undefined })}
      >
        <option value="">{t('allStars')}</option>
        {[5, 4, 3, 2, 1].map((stars) => (
          <option key={stars} value={stars}>
            {t('starCount', { n: stars })}
          </option>
        ))}
      </select>
      {flag('verified', t('verifiedOnly'))}
      {flag('withImages', t('withPhotos'))}
      <form action={(form) => onSearch(textOf(form, 'search').trim())} style={{ flex: '1 1 12rem' }}>
        <input
          className="input"
          type="search"
          name="search"
          aria-label={t('searchReviews')}
          placeholder={t('searchReviews')}
          maxLength={200}
        />
      </form>
    </div>
  );
}

function Item({ review }: { review: ReviewItemFragment }) {
  const { t, ago } = useI18n();
  const { author, title, body, overall, images, response } = review;
  return (
    <article className="stack" aria-label={title || undefined}>
      <div className="row between">
        <span className="row">
          <Avatar user={author} />
          <span className="stack tight">
            {author ? (
              <Link href={`/users/${encodeURIComponent(author.handle)}`} className="person">
                <bdi>{author.name}</bdi>
              </Link>
            ) : (
              <span className="soft">{t('someone')}</span>
            )}
            <span className="row small soft">
              {ago(review.createdAt)}
              {review.verifiedPurchase && <span className="chip">{t('verified')}</span>}
              {review.incentivised && <span className="chip">{t('incentivised')}</span>}
            </span>
          </span>
        </span>
        <Stars value={overall} size={18} />
      </div>
      {title && <h3 className="words">{title}</h3>}
      <p className="words">{body}</p>
      {images.length > 0 && (
        <div className="thumbs">
          {images.map((image) => (
            <a key={image.url} href={image.large} target="_blank" rel="noreferrer">
              <img src={image.url} alt={image.altText ?? ''} width="72" height="72" loading="lazy" />
            </a>
          ))}
        </div>
      )}
      {response && (
        <div className="quote stack tight">
          <strong className="small">{t('merchantReply')}</strong>
          <p className="words">{response.body}</p>
        </div>
      )}
      <Actions review={review} />
    </article>
  );
}

function Actions({ review }: { review: ReviewItemFragment }) {
  const { t, number } = useI18n();
  const { cache } = useApolloClient();
  const [vote] = useMutation(Vote);
  const [remove] = useMutation(Delete);
  const act = useAction();
  const toggle = async (value: 'HELPFUL' | 'UNHELPFUL'): Promise<void> => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    const input = { reviewId: review.id, vote: review.viewerVote === value ? null : value };
    await act(async () => (await vote({ variables: { input } })).data?.voteReview);
  };
  const deleteOwn = async (): Promise<void> => {
    if (await act(async () => (await remove({ variables: { input: { reviewId: review.id } } })).data?.deleteReview))
      forget(cache, 'Review', review.id);
  };
  return (
    <div className="row small">
      <button className="button" aria-pressed={review.viewerVote === 'HELPFUL'} onClick={() => void toggle('HELPFUL')}>
        {t('helpful')} · {number(review.helpfulCount)}
      </button>
      <button className="button" aria-pressed={review.viewerVote === 'UNHELPFUL'} onClick={() => void toggle('UNHELPFUL')}>
        {t('unhelpful')} · {number(review.unhelpfulCount)}
      </button>
      <ReportButton contentId={review.id} />
      {review.viewerCanDelete.allowed && (
        <button className="link" onClick={() => void deleteOwn()}>
          {t('delete')}
        </button>
      )}
      <CommentToggle subjectId={review.id} count={review.commentCount} />
    </div>
  );
}

function WriteReview({ productId, canReview }: { productId: string; canReview: CanReview }) {
  const { t } = useI18n();
  const [path] = useLocation();
  const [open, setOpen] = useState(false);
  if (open) return <ReviewForm productId={productId} onDone={() => setOpen(false)} />;
  if (canReview.reason === 'NOT_SIGNED_IN')
    return (
      <p>
        <Link href={`/sign-in?then=${encodeURIComponent(`${path}#reviews`)}`} className="link">
          {t('needSignIn')}
        </Link>
      </p>
    );
  if (canReview.reason === 'ALREADY_REVIEWED') return <p className="soft small">{t('alreadyReviewed')}</p>;
  if (!canReview.allowed) return null;
  return (
    <p>
      <button className="button main" onClick={() => setOpen(true)}>
        {t('writeReview')}
      </button>
    </p>
  );
}

const aspects = [
  ['quality', 'quality'],
  ['price', 'value'],
  ['service', 'service'],
] as const;

function ReviewForm({ productId, onDone }: { productId: string; onDone: () => void }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [create, { loading }] = useMutation(Create);
  const [ratings, setRatings] = useState({ quality: 0, price: 0, service: 0 });
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [photos, setPhotos] = useState<{ imageId: string; preview: string }[]>([]);
  const { errors, check } = useErrors();
  const submit = async (form: FormData): Promise<void> => {
    const imageIds = photos.map(({ imageId }) => imageId);
    const input = { productId, ratings, title: textOf(form, 'title'), body: textOf(form, 'body'), imageIds, idempotencyKey };
    const answer = await check(async () => (await create({ variables: { input } })).data?.createReview);
    if (!answer) return;
    if (answer.held) say(t('held'));
    else if (answer.review) {
      arrived.add(answer.review.id);
      const edge = { __typename: 'ReviewEdge', cursor: '', node: { __typename: 'Review', id: answer.review.id } };
      insertEdge(cache, { __typename: 'Product', id: productId }, 'reviews', edge, { fits });
    }
    onDone();
  };
  return (
    <form className="panel stack" onSubmit={(event) => (event.preventDefault(), void submit(new FormData(event.currentTarget)))}>
      <h3>{t('writeReview')}</h3>
      <div className="row">
        {aspects.map(([name, label]) => (
          <Rate
            key={name}
            label={t(label)}
            name={name}
            value={ratings[name]}
            onChange={(value) => setRatings({ ...ratings, [name]: value })}
          />
        ))}
      </div>
      <Field label={t('reviewTitle')} name="title" error={errors['title']} />
      <Field label={t('reviewBody')} name="body" error={errors['body']} multiline required />
      <Photos photos={photos} onAdd={(photo) => setPhotos([...photos, photo])} />
      {['', 'quality', 'price', 'service', 'imageIds', 'productId'].map(
        (name) =>
          errors[name] && (
            <p key={name} className="danger">
              {errors[name]}
            </p>
          ),
      )}
      <div className="row">
        <button className="button main" disabled={loading}>
          {t('publish')}
        </button>
        <button type="button" className="button" onClick={onDone}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}

function Photos({
  photos,
  onAdd,
}: {
  photos: { imageId: string; preview: string }[];
  onAdd: (photo: { imageId: string; preview: string }) => void;
}) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const act = useAction();
  const add = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setBusy(true);
    const answer = await act(() => uploadImage(file, 'REVIEW'));
    setBusy(false);
    if (answer) onAdd({ imageId: answer.imageId, preview: URL.createObjectURL(file) });
  };
  return (
    <div className="row">
      <label className="button">
        {busy ? t('uploading') : t('addPhotos')}
        <input
          className="visually-hidden"
          type="file"
          accept="image/jpeg,image/png,image/webp,image/avif"
          disabled={busy}
          onChange={({ target }) => void add(target.files?.[0])}
        />
      </label>
      <span className="thumbs">
        {photos.map(({ imageId, preview }) => (
          <img key={imageId} src={preview} alt="" width="72" height="72" />
        ))}
      </span>
    </div>
  );
}

function Rate({ label, name, value, onChange }: { label: string; name: string; value: number; onChange: (value: number) => void }) {
  const { t } = useI18n();
  return (
    <fieldset className="rate">
      <legend className="small">{label}</legend>
      {[1, 2, 3, 4, 5].map((stars) => (
        <label key={stars} className={stars <= value ? 'on' : ''}>
          <input
            className="visually-hidden"
            type="radio"
            name={`rate-${name}`}
            value={stars}
            required
            checked={value === stars}
            onChange={() => onChange(stars)}
            aria-label={`${label}: ${t('starCount', { n: stars })}`}
          />
          <Star size={24} />
        </label>
      ))}
    </fieldset>
  );
}
