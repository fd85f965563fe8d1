/** The accounts of the demo shop. */
export const demoAccounts = {
  password: 'plaza-demo',
  buyer: { handle: 'demo', name: 'Demo Buyer', email: 'buyer@plaza.example', roles: ['BUYER'] },
  merchant: { handle: 'demo_merchant', name: 'Demo Merchant', email: 'merchant@plaza.example', roles: ['BUYER', 'MERCHANT'] },
  moderator: { handle: 'demo_moderator', name: 'Demo Moderator', email: 'moderator@plaza.example', roles: ['BUYER', 'MODERATOR'] },
  admin: { handle: 'demo_admin', name: 'Demo Admin', email: 'admin@plaza.example', roles: ['BUYER', 'ADMIN'] },
} as const;
