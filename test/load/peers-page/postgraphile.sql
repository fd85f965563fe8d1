-- The product page's tables as a shop on PostgreSQL would have them: what is hidden is hidden by row-level security.

create table categories (
  id text primary key,
  name text not null
);

create table category_tallies (
  category_id text primary key references categories,
  count integer not null,
  points bigint not null
);

create table users (
  id text primary key,
  handle text not null unique,
  name text not null
);

create table products (
  id text primary key,
  slug text not null unique,
  title text not null,
  description text not null,
  category_id text not null references categories,
  merchant_id text not null references users,
  price_amount_minor integer,
  price_currency text,
  archived_at timestamptz,
  review_count integer not null,
  mean double precision,
  weighted_mean double precision,
  distribution integer[] not null,
  quality_mean double precision,
  price_mean double precision,
  service_mean double precision
);
create index on products (category_id, id) where archived_at is null;
create index on products (category_id);
create index on products (merchant_id);

create table reviews (
  id text primary key,
  product_id text not null references products,
  author_id text not null references users,
  title text,
  body text,
  overall double precision not null,
  verified_purchase boolean not null,
  visible boolean not null,
  created_at timestamptz not null
);
create index on reviews (product_id, created_at desc, id desc) where visible;
create index on reviews (product_id);
create index on reviews (author_id);
comment on column reviews.created_at is '@behavior +orderBy';

create table comments (
  id text primary key,
  product_id text not null references products,
  parent_id text references comments,
  author_id text not null references users,
  body text not null,
  hidden_at timestamptz,
  created_at timestamptz not null
);
create index on comments (product_id, created_at desc, id desc) where parent_id is null and hidden_at is null;
create index on comments (product_id);
create index on comments (parent_id);
create index on comments (author_id);
comment on column comments.created_at is '@behavior +orderBy';

-- In PL/pgSQL, whose plans a connection keeps.
create function products_composite(product products) returns double precision language plpgsql stable as $$
begin
  if product.review_count = 0 then return null; end if;
  return (
    8 * coalesce((select points / (count * 60.0::float8) from category_tallies where category_id = product.category_id and count > 0), 3)
    + product.review_count * product.weighted_mean
  ) / (8 + product.review_count);
end $$;

create function products_similar(product products) returns setof products language sql stable as $$
  select * from products where category_id = product.category_id and archived_at is null and id <> product.id order by id
$$;

alter table reviews enable row level security;
create policy shown on reviews for select using (visible);
alter table comments enable row level security;
create policy shown on comments for select using (hidden_at is null);

create role reader login;
grant select on all tables in schema public to reader;
