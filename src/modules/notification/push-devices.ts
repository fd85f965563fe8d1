/** Browsers that a user has their notifications sent to. */
import { createHash, ECDH } from 'node:crypto';
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import { maxAddressLength, webAddress } from '../../input/web-address.js';
import { message, type Language } from '../../messages/index.js';
import { leadsInside } from '../../outbound/public-address.js';
import type { Realtime } from '../../realtime/index.js';
import type { SignedIn } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { maxDevices } from './departures.js';
import type { NotificationModels, PushDeviceDocument } from './notification.model.js';

/** As browsers give it: `PushSubscription.toJSON()`. */
export interface NewPushDevice {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

export interface DeviceFacts {
  name: string | null;
  language: Language;
}

interface PushDevicesDependencies {
  models: NotificationModels;
  realtime: Realtime;
  /** Whether push services may be on private networks, and without TLS. */
  allowPrivate: boolean;
  /** Whether there are keys to send with. */
  enabled: boolean;
}

const maxName = 200;

export class PushDevices {
  private readonly models: NotificationModels;

  constructor(private readonly dependencies: PushDevicesDependencies) {
    this.models = dependencies.models;
  }

  /** The latest first. */
  devicesOf(user: Types.ObjectId): Promise<PushDeviceDocument[]> {
    return this.models.devices.find({ user }).sort({ createdAt: -1 }).limit(maxDevices).lean();
  }

  /**
   * Has messages sent to a browser, in place of whoever signed in there before. The same again changes nothing but its keys.
   * @throws RulesBroken
   */
  async subscribe({ userId: user, sessionId: session }: SignedIn, input: NewPushDevice, facts: DeviceFacts): Promise<PushDeviceDocument> {
    if (!this.dependencies.enabled) throw broken('NOT_ALLOWED', 'This shop sends no push messages.', 'endpoint');
    this.check(input);
    const endpoint = webAddress(input.endpoint)!;
    const { p256dh, auth } = input.keys;
    const keys = { p256dh, auth };
    const { devices, preferences, pushes } = this.models;
    const _id = deviceId(endpoint);
    const { language } = facts;
    const name = facts.name?.slice(0, maxName) ?? null;
    const device: PushDeviceDocument = { _id, user, session, endpoint, ...keys, name, language, createdAt: new Date() };
    await this.dependencies.realtime.recordChange([`push devices:${user.toHexString()}`, `push device:${_id}`], async (change) => {
      const { session: transaction } = change;
      const earlier = await devices.findById(_id).session(transaction).lean();
      const isOwn = earlier?.user.equals(user) ?? false;
      if (!isOwn && (await devices.countDocuments({ user }, { limit: maxDevices }).session(transaction)) >= maxDevices)
        throw broken('LIMIT_REACHED', message('You can have at most {max} devices.', { max: maxDevices }), 'endpoint');
      if (earlier) await devices.deleteOne({ _id }, { session: transaction });
      // What was on its way to somebody else is not for who uses the browser now.
      if (earlier && !isOwn) await pushes.deleteMany({ device: _id }, { session: transaction });
      await insert(devices, device, transaction);
      // Those who have decided nothing have no preferences, and nothing else looks for their devices.
      await preferences.updateOne({ _id: user }, { $set: { language } }, { upsert: true, session: transaction });
    });
    return device;
  }

  /** @returns whether it was one of the user's */
  async unsubscribe(user: Types.ObjectId, endpoint: string): Promise<boolean> {
    const _id = deviceId(webAddress(endpoint) ?? endpoint);
    return this.dependencies.realtime.recordChange([`push device:${_id}`], ({ session }) => this.remove(_id, user, session));
  }

  /** Forgets a device, and what is on its way there. */
  async remove(_id: string, user: Types.ObjectId, session: ClientSession): Promise<boolean> {
    const { deletedCount } = await this.models.devices.deleteOne({ _id, user }, { session });
    if (deletedCount > 0) await this.models.pushes.deleteMany({ device: _id, user }, { session });
    return deletedCount > 0;
  }

  /**
   * Names are checked when a connection is made; what can be told from the text is told at once.
   * @throws RulesBroken with all that is wrong with it
   */
  check({ endpoint, keys }: NewPushDevice): void {
    this.checkEndpoint(keyRules(keys), webAddress(endpoint ?? '')).check();
  }

  private checkEndpoint(rules: InputRules, address: string | null): InputRules {
    if (!address) {
      const wrong = message('This is not an http or https address of at most {max, number} characters.', { max: maxAddressLength });
      return rules.require(false, 'INVALID', wrong, 'endpoint');
    }
    const { protocol, hostname } = new URL(address);
    if (this.dependencies.allowPrivate) return rules;
    return rules
      .require(protocol === 'https:', 'INVALID', 'Push services need an https address.', 'endpoint')
      .require(!leadsInside(hostname), 'INVALID', 'This address is not on the public Internet.', 'endpoint');
  }
}

/** What is wrong with a subscription's keys, of which one may have been refused already. */
function keyRules({ p256dh, auth }: { p256dh: string | null; auth: string | null }): InputRules {
  return new InputRules()
    .require(isPoint(p256dh ?? ''), 'INVALID', 'This is not a key of a push subscription.', 'keys', 'p256dh')
    .require(bytesOf(auth ?? '')?.length === 16, 'INVALID', 'This is not a key of a push subscription.', 'keys', 'auth');
}

function deviceId(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('base64url');
}

function bytesOf(text: string): Buffer | null {
  return /^[\w-]{1,100}={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : null;
}

/** Whether it is a point on P-256, uncompressed, as RFC 8291 has it. */
function isPoint(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== 65 || bytes[0] !== 4) return false;
  try {
    return ECDH.convertKey(bytes, 'prime256v1').length > 0;
  } catch {
    return false;
  }
}
