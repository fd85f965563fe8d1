export { demoAccounts } from './accounts.js';
export { fillDemoShop, shopIsEmpty } from './shop.js';
