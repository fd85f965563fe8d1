/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  integrations: {
    what: 'Shop systems that send messages: which, whose products they sell, sealed secrets',
    why: 'To take over what the shop tells (contract)',
    retention: 'until an administrator deletes them',
    seenBy: 'Administrators',
  },
  integration_inbox: {
    what: 'Messages of shop systems on products, customers and orders, sealed, with the customer’s ID there. The body is deleted once it is applied',
    why: 'To take over what the shop tells, and to show what could not be (contract)',
    retention: '`INTEGRATION_RETENTION`, at the latest until the account is deleted',
    seenBy: 'Administrators, without the body',
  },
};
