export { NotificationResolver, ViewerNotificationsResolver } from './notification.resolver.js';
export { notify } from './notification.service.js';
