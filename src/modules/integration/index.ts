import type { RequestContext } from '../../relay/context.js';
import { RotatingSecrets } from '../../rotating-secrets.js';
import { byId } from '../../store/loaders.js';
import { Worker } from '../../workers/index.js';
import type { AccessLogVerbs } from '../access-log/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import type { OrderVerbs } from '../order/index.js';
import { reference, updateSome, type PersonalData } from '../personal-data.js';
import type { PrivacyVerbs } from '../privacy/index.js';
import type { UserVerbs } from '../user/index.js';
import { CustomerRights } from './customer-rights.js';
import { Inbox, sealContext } from './inbox.service.js';
import { InboxWorker } from './inbox-worker.js';
import { collections } from './integration.collections.js';
import { integrationModels, type InboxDocument, type IntegrationDocument, type IntegrationModels } from './integration.model.js';
import { IntegrationMessageResolver, IntegrationResolver } from './integration.resolver.js';
import { IntegrationService } from './integration.service.js';
import { RecordWriter } from './record-writer.js';

interface IntegrationDependencies {
  accessLog: AccessLogVerbs;
  users: UserVerbs;
  catalog: CatalogVerbs;
  orders: OrderVerbs;
  privacy: PrivacyVerbs;
}

export interface IntegrationOptions {
  /** The shop's. */
  currency: string;
  publicUrl: string;
  /** Milliseconds that a message is kept. */
  retention: number;
}

const hour = 60 * 60 * 1000;

/** Signed messages of shop systems: what is sold, to whom, and what was delivered. */
export function integrationModule(
  { database, realtime, idempotency, keys, metrics, log }: Foundation,
  { accessLog, users, catalog, orders, privacy }: IntegrationDependencies,
  { currency, publicUrl, retention }: IntegrationOptions,
) {
  const models = integrationModels(database);
  const secrets = new RotatingSecrets(keys, 'integration');
  const integrations = new IntegrationService({ models, realtime, idempotency, users, secrets, currency, publicUrl });
  const rights = new CustomerRights({ models, users, privacy });
  const writer = new RecordWriter({ models, users, catalog, orders, rights });
  const inbox: Inbox = new Inbox({ models, keys, secrets, retention, wake: () => inboxWorker.worker.wake() });
  const inboxWorker = new InboxWorker({ models, inbox, writer, metrics, log });
  const integrationById = byId<IntegrationDocument>(models.integrations);
  const exportFor = async (message: InboxDocument, context: RequestContext): Promise<Record<string, unknown> | null> => {
    const integration = message.status === 'DATA_REQUESTED' ? await context.load(integrationById, message.integration) : null;
    const record = integration && inbox.readStored(integration, message)?.record;
    if (record?.kind !== 'DATA_REQUEST') return null;
    const exported = await rights.exportOf(integration!, [record.externalId, ...record.guests]);
    for (const user of exported.users) await accessLog.noteAccess(context, 'EXPORT', user);
    return exported.data;
  };
  const forStaff = <Document>(found: Promise<Document | null>, { signedIn }: RequestContext): Promise<Document | null> | null =>
    signedIn?.roles.includes('ADMIN') && !signedIn.key ? found : null;
  return describeModule({
    name: 'integration',
    collections,
    resolvers: [
      new IntegrationResolver({ models, integrations, users }),
      new IntegrationMessageResolver({ models, integrationById, exportFor, wake: () => inboxWorker.worker.wake() }),
    ],
    nodes: {
      Integration: async (id, context) => forStaff(context.load(integrationById, id), context),
      IntegrationMessage: async (id, context) => forStaff(models.inbox.findById(id).lean().exec(), context),
    },
    personalData: [messagesAbout(models, users), reference('integrationsOfMerchant', models.integrations, 'merchant')],
    sealed: [{ model: models.inbox, field: 'sealed', contextOf: ({ _id }) => sealContext(_id) }],
    workers: [
      inboxWorker.worker,
      new Worker({ name: 'integration keys', interval: hour, log, run: async () => void (await secrets.renew(models.integrations)) }),
    ],
    verbs: verbs(inbox, ['receive']),
  });
}

/** What was not applied still says something about its customer. */
function messagesAbout({ inbox }: IntegrationModels, users: UserVerbs): PersonalData {
  return {
    name: 'integrationMessages',
    async collect(user) {
      const [identity] = await users.externalIdentityOf.batch([user]);
      if (!identity?.externalId) return [];
      const about = { source: identity.externalSource, customer: identity.externalId };
      return inbox.find(about, { _id: 0, topic: 1, subject: 1, status: 1, receivedAt: 1 }).lean();
    },
    async erase(step) {
      if (!step.external) return 0;
      const { source, externalId } = step.external;
      return updateSome(
        inbox,
        { source, customer: externalId, status: { $ne: 'PENDING' } },
        { $unset: { sealed: 1 }, $set: { customer: null } },
        step,
      );
    },
  };
}
