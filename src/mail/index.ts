export { composeMail, type Mail } from './mail.js';
export { Outbox } from './outbox.js';
export { folderTransport, smtpTransport, type MailTransport } from './transports.js';
