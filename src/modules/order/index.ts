export { type OrderDocument } from './order.model.js';
export { OrderItemResolver, OrderResolver, ViewerOrdersResolver } from './order.resolver.js';
export { hasReceived, importOrders, onOrderStatus } from './order.service.js';
