export { type OrderDocument } from './order.model.js';
export { OrderItemResolver, OrderResolver, ViewerOrdersResolver } from './order.resolver.js';
export { hasReceived, importOrders, onDelivered } from './order.service.js';
