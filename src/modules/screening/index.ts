export { onHeld, screen, setSpamThreshold } from './screening.service.js';
