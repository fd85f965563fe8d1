import type { ReactNode } from 'react';
import { Redirect, useLocation } from 'wouter';
import { useSignedIn } from '../session';

/** What only users have: others are asked to sign in, and come back. */
export function NeedsViewer({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  return useSignedIn() ? children : <Redirect to={`/sign-in?then=${encodeURIComponent(path)}`} replace />;
}
