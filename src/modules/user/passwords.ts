/** Passwords: which are taken, and how they are kept (argon2id). */
import { randomBytes } from 'node:crypto';
import { hash, hashRaw, verify } from '@node-rs/argon2';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { InputRules } from '../../input/rules.js';
import { openOnce } from '../../open-once.js';
import { Turns } from '../../realtime/index.js';

/** Only so much of a password is judged: how long that takes grows faster than the length. */
const judgedLength = 64;
export const passwordLength = { min: 8, max: 128 } as const;
/** Longer text is no password of anybody. */
const maxTried = 1_000;
/** zxcvbn's scores go from 0 to 4; 2 takes more than a million guesses. */
const leastScore = 2;
const fewSigns = 3;

export function lengthRules(password: string | null, field: string): InputRules {
  return new InputRules().text(password, passwordLength, field);
}

export class Passwords {
  private readonly meter = openOnce(loadMeter);
  /** Judging takes milliseconds in which nobody else is answered: of a hundred at once each waits, and whatever else came goes between. */
  private readonly turns = new Turns();
  /** An account that does not exist takes as long to refuse as a wrong password. */
  private readonly hashOfNobody = hash(randomBytes(16).toString('hex'));

  /** @param shopWords words that everybody would guess here, such as the shop's name */
  constructor(private readonly shopWords: string[]) {}

  /**
   * @param ownWords what others know of its owner: address, handle, name
   * @throws RulesBroken for a password that is too short, too long or easily guessed
   */
  async require(password: string, ownWords: string[], field: string): Promise<void> {
    (await this.judged(password, ownWords, field, lengthRules(password, field))).check();
  }

  /** Adds to the rules whether a password of a fitting length is easily guessed. */
  async judged(password: string, ownWords: string[], field: string, rules: InputRules): Promise<InputRules> {
    if (password.length < passwordLength.min || password.length > passwordLength.max) return rules;
    const words = [...this.shopWords, ...ownWords].flatMap((word) => [word, ...word.split(/[@._\s-]/)]).filter((word) => word.length > 2);
    const score = await this.scoreOf(password.normalize('NFC').slice(0, judgedLength), words);
    const reason = 'This password is easy to guess. Use a few unrelated words, or a password manager.';
    return rules.require(score >= leastScore, 'TOO_WEAK', reason, field);
  }

  /** Summer2024! is as easy as Summer2024: a few signs that are put behind or between make no password strong. */
  private async scoreOf(password: string, words: string[]): Promise<number> {
    const meter = await this.meter.current();
    const withoutSigns = password.replaceAll(/[^\p{L}\p{N}\s]/gu, '');
    const forms = new Set(password.length - withoutSigns.length <= fewSigns ? [password, withoutSigns] : [password]);
    const scores: number[] = [];
    await this.turns.forEach(forms, (form) => void scores.push(meter.check(form, words).score));
    return Math.min(...scores);
  }

  hash(password: string): Promise<string> {
    return hash(password.normalize('NFC'));
  }

  /** @param hashed null where there is no such account: that takes as long */
  async matches(password: string, hashed: string | null | undefined): Promise<boolean> {
    const tried = password.length > maxTried ? '' : password.normalize('NFC');
    return (await verify(hashed ?? (await this.hashOfNobody), tried)) && hashed !== null && hashed !== undefined;
  }

  /** The same password and salt always have the same hash, so that it can be looked up. @param salt at least 16 bytes that others cannot know */
  derive(password: string, salt: Buffer): Promise<Buffer> {
    return hashRaw(password.length > maxTried ? '' : password.normalize('NFC'), { salt });
  }
}

/** The word lists take some megabytes, which nobody needs who sets no password. */
async function loadMeter(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new ZxcvbnFactory({ dictionary: { ...common.dictionary, ...english.dictionary }, graphs: common.adjacencyGraphs });
}
