/** Looks at what new accounts write before anybody else does. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import type { Change } from '../../realtime/index.js';
import { signsOfText, spamScore } from '../../scoring/index.js';
import { registerOwnedDocuments, UserModel } from '../user/index.js';
import { ContributionModel } from './screening.model.js';

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const trustedAfter = 30 * day;
const floodWindow = 10 * 60 * 1000;
const lookedAt = 100;
const shortestRepeat = 15;

let threshold = 1;

/** @param score from which score on content is held */
export function setSpamThreshold(score: number): void {
  threshold = score;
}

export interface Contribution {
  author: Types.ObjectId;
  content: { type: string; id: Types.ObjectId };
  text: string;
}

type HoldListener = (change: Change, contribution: Contribution) => Promise<void>;

const listeners: HoldListener[] = [];

/** Adds what else happens, in the same transaction, when content is held for a moderator. */
export function onHeld(listener: HoldListener): void {
  listeners.push(listener);
}

/** @returns whether the content must stay out of sight until a moderator has seen it */
export async function screen(change: Change, contribution: Contribution): Promise<boolean> {
  const { session } = change;
  const { author, text } = contribution;
  const user = await UserModel.findById(author, { createdAt: 1 }).session(session).lean();
  const now = Date.now();
  const age = user ? now - user.createdAt.getTime() : 0;
  if (age > trustedAfter) return false;
  const digest = createHash('sha256').update(text.toLowerCase().replace(/\s+/g, ' ').trim()).digest('base64url');
  const earlier = await ContributionModel.find({ author, at: { $gt: new Date(now - day) } })
    .sort({ at: -1 })
    .limit(lookedAt)
    .session(session)
    .lean();
  await ContributionModel.collection.insertOne({ _id: new Types.ObjectId(), author, digest, at: new Date(now) }, { session });
  const score = spamScore({
    ...signsOfText(text),
    accountAge: age / hour,
    recent: earlier.filter(({ at }) => now - at.getTime() < floodWindow).length,
    repeats: text.length < shortestRepeat ? 0 : earlier.filter((one) => one.digest === digest).length,
  });
  if (score < threshold) return false;
  for (const listener of listeners) await listener(change, contribution);
  return true;
}

registerOwnedDocuments({ name: 'contributions', model: ContributionModel, owner: 'author', erase: 'DELETE' });
