export interface ReviewText {
  title: string;
  body: string;
}

/** What of a review is read for topics: its title is a sentence of its own. */
export function textOf({ title, body }: ReviewText): string {
  return title === '' ? body : `${title}\n${body}`;
}
