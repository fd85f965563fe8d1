/** What each release changed about stored documents, in order. A migration that was released stays as it is. */
import type { Migration } from '../store/migrations.js';
import { earlierSessions } from './earlier-sessions.js';
import { idempotencyInputs } from './idempotency-inputs.js';
import { withoutMongooseVersions } from './without-mongoose-versions.js';

export const releaseMigrations: readonly Migration[] = [withoutMongooseVersions, idempotencyInputs, earlierSessions];
