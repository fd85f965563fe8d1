import { sells } from '../../relay/context.js';
import type { CatalogVerbs } from '../catalog/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments, reference } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { collections } from './invitation.collections.js';
import { InvitationLinks } from './invitation-links.js';
import { invitationModels } from './invitation.model.js';
import { InvitationResolver } from './invitation.resolver.js';
import { InvitationSender } from './invitation-sender.js';
import { InvitationService, type InvitationTimes } from './invitation.service.js';

export type InvitationModule = ReturnType<typeof invitationModule>;
/** How other features follow invitations. */
export type InvitationVerbs = InvitationModule['verbs'];

export interface InvitationOptions {
  invitations: InvitationTimes;
  shopName: string;
  publicUrl: string;
}

/** Invitations to review what was delivered. */
export function invitationModule(
  { database, realtime, keys, mail: outbox, events, log }: Foundation,
  { users, catalog }: { users: UserVerbs; catalog: CatalogVerbs },
  { invitations: times, shopName, publicUrl }: InvitationOptions,
) {
  const models = invitationModels(database);
  const links = new InvitationLinks(keys, publicUrl);
  const invitations = new InvitationService({ models, links, users, keys, times });
  const sender = new InvitationSender({ models, invitations, links, catalog, events, realtime, outbox, times, shopName, log });
  return describeModule({
    name: 'invitation',
    collections,
    resolvers: [new InvitationResolver({ models, links, catalog })],
    nodes: {
      async ReviewInvitation(id, context) {
        const { signedIn } = context;
        const invitation = signedIn && (await models.invitations.findById(id).lean());
        return invitation && sells(signedIn, invitation.merchant) ? invitation : null;
      },
    },
    on: {
      orderStatusChanged: (change, event) => invitations.follow(change, event),
      purchasesWithdrawn: (change, withdrawn) => invitations.withdraw(change, withdrawn),
      async importedUserClaimed({ session }, { imported, account }) {
        await models.invitations.updateMany({ buyer: imported }, { $set: { buyer: account } }, { session });
      },
      addressesSealedAnew: ({ session }, { addresses }) => invitations.keepUnsubscribed(session, addresses),
    },
    personalData: [
      ownedDocuments({ name: 'reviewInvitations', model: models.invitations, owner: 'buyer', erase: 'DELETE' }),
      reference('reviewInvitationsOfMerchant', models.invitations, 'merchant'),
    ],
    workers: [sender.worker],
    verbs: verbs(invitations, ['invitedBy', 'isUnsubscribeLink', 'noteReview', 'open', 'unsubscribe', 'use']),
  });
}
