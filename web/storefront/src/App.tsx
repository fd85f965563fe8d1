import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { plainPart } from './address';
import { Layout } from './components/Layout';
import { Boundary } from './components/Boundary';
import { Loading } from './components/parts';
import { Home } from './pages/Home';
import { arrive, currentEntry } from './place';

const Browse = lazy(() => import('./pages/Browse').then(({ Browse }) => ({ default: Browse })));
const ProductPage = lazy(() => import('./pages/Product').then(({ ProductPage }) => ({ default: ProductPage })));
const Cart = lazy(() => import('./pages/Cart').then(({ Cart }) => ({ default: Cart })));
const Orders = lazy(() => import('./pages/Orders').then(({ Orders }) => ({ default: Orders })));
const Profile = lazy(() => import('./pages/Profile').then(({ Profile }) => ({ default: Profile })));
const Feed = lazy(() => import('./pages/Feed').then(({ Feed }) => ({ default: Feed })));
const Notifications = lazy(() => import('./pages/Notifications').then(({ Notifications }) => ({ default: Notifications })));
const Settings = lazy(() => import('./pages/Settings').then(({ Settings }) => ({ default: Settings })));
const SignIn = lazy(() => import('./pages/SignIn').then(({ SignIn }) => ({ default: SignIn })));
const NotFound = lazy(() => import('./pages/NotFound').then(({ NotFound }) => ({ default: NotFound })));

export function App() {
  const [path] = useLocation();
  const entry = useSyncExternalStore(currentEntry.subscribe, currentEntry.get);
  useEffect(arrive, [path, entry]);
  return (
    <Layout>
      <Boundary key={path}>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/" component={Home} />
            <Route path="/search">{() => <Browse />}</Route>
            <Route path="/categories/:slug">{({ slug }) => <Browse slug={plainPart(slug)} />}</Route>
            <Route path="/products/:slug">{({ slug }) => <ProductPage slug={plainPart(slug)} />}</Route>
            <Route path="/cart" component={Cart} />
            <Route path="/orders" component={Orders} />
            <Route path="/users/:handle">{({ handle }) => <Profile handle={plainPart(handle)} />}</Route>
            <Route path="/feed" component={Feed} />
            <Route path="/notifications" component={Notifications} />
            <Route path="/settings" component={Settings} />
            <Route path="/sign-in">{() => <SignIn kind="sign-in" />}</Route>
            <Route path="/sign-up">{() => <SignIn kind="sign-up" />}</Route>
            <Route path="/forgot-password">{() => <SignIn kind="forgot-password" />}</Route>
            <Route component={NotFound} />
          </Switch>
        </Suspense>
      </Boundary>
    </Layout>
  );
}
