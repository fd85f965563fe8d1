export { demoAccounts, fillDemoShop, shopIsEmpty } from './shop.js';
