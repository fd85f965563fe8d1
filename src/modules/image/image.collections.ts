/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  images: {
    what: 'Uploaded images: who uploaded them, what for, type, size, alternative text and what shows them. The files lie beside the data or in the S3 bucket, without what cameras note (place, time, device)',
    why: 'To show them (contract)',
    retention:
      'until what shows them is deleted or shows others; review images and avatars until the account is deleted; unused uploads a day',
    seenBy: 'Whoever sees what shows them',
  },
  upload_quotas: {
    what: 'Number of images and bytes that a user uploaded in a day',
    why: 'To limit uploads (legitimate interest)',
    retention: 'two days',
    seenBy: 'Nobody',
  },
};
