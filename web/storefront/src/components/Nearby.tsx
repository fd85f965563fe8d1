import { useEffect, useRef, useState, type ReactNode } from 'react';
import { isUnderway } from '../place';

/** So far ahead of the reader, content is asked for before it is seen. */
const ahead = '300px';

/** Who does this may be after any part of the page: the next control, a word that is in it, all of it on paper, or a link into it. */
const wholePage = ['keydown', 'beforeprint', 'hashchange'];

/** What far down a page is made when its reader comes near it, or may be after what is in it. */
export function Nearby({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(isUnderway);
  useEffect(() => {
    const make = (): void => setIsNear(true);
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && make(), { rootMargin: ahead });
    if (place.current) observer.observe(place.current);
    for (const type of wholePage) addEventListener(type, make);
    return () => {
      observer.disconnect();
      for (const type of wholePage) removeEventListener(type, make);
    };
  }, []);
  return isNear ? children : <div ref={place} className="far" aria-busy="true" />;
}
