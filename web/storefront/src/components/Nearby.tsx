import { useEffect, useRef, useState, type ReactNode } from 'react';

/** So far ahead of the reader, content is asked for before it is seen. */
const ahead = '300px';

/** What far down a page is made when its reader comes near it. */
export function Nearby({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setIsNear(true), { rootMargin: ahead });
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return isNear ? children : <div ref={place} className="far" aria-busy="true" />;
}
