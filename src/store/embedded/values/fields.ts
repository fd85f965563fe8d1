/** Documents in memory that keep the order of their fields, also of those named by numbers, which JavaScript puts first. */
import type { Document } from 'bson';
import { setField, type Value } from './types.js';

/** Remembers the order in which an object's fields were set. */
class FieldOrder implements ProxyHandler<Document> {
  private readonly names: (string | symbol)[];

  constructor(document: Document) {
    this.names = Object.keys(document);
  }

  ownKeys(): (string | symbol)[] {
    return this.names;
  }

  defineProperty(document: Document, name: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (!Object.hasOwn(document, name)) this.names.push(name);
    return Reflect.defineProperty(document, name, descriptor);
  }

  deleteProperty(document: Document, name: string | symbol): boolean {
    if (Object.hasOwn(document, name)) this.names.splice(this.names.indexOf(name), 1);
    return Reflect.deleteProperty(document, name);
  }
}

const isNumber = (name: string): boolean => /^(0|[1-9]\d{0,9})$/.test(name);

/** A document under construction, field by field. */
export class Fields {
  private made: Document = {};
  private ordered = false;
  private last: string | null = null;

  get document(): Document {
    return this.made;
  }

  set(name: string, value: Value): void {
    const first = name.charCodeAt(0);
    if (first <= 0x39 && first >= 0x30 && !this.ordered && this.jumpsAhead(name)) {
      this.made = new Proxy(this.made, new FieldOrder(this.made));
      this.ordered = true;
    }
    setField(this.made, name, value);
    this.last = name;
  }

  /** Whether a plain object would put the field before another that is there already. */
  private jumpsAhead(name: string): boolean {
    const { last } = this;
    if (last === null || !isNumber(name) || Object.hasOwn(this.made, name)) return false;
    return !(isNumber(last) && Number(last) < Number(name));
  }
}

export function documentOf(fields: Iterable<readonly [string, Value]>): Document {
  const made = new Fields();
  for (const [name, value] of fields) made.set(name, value);
  return made.document;
}

/** A copy with one field set, in its place where it is there already, or taken away where the value is missing. */
export function withField(document: Document, name: string, value: Value): Document {
  const made = new Fields();
  const isThere = Object.hasOwn(document, name);
  for (const [right, left] of Object.entries(document)) {
    if (right !== name) made.set(right, left);
    else if (value !== undefined) made.set(name, value);
  }
  if (!isThere && value !== undefined) made.set(name, value);
  return made.document;
}

/** A copy with the field first. */
export function withFirst(name: string, value: Value, document: Document): Document {
  return documentOf([[name, value] as const, ...Object.entries(document).filter(([other]) => other !== name)]);
}
