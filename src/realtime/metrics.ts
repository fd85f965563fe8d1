/** What can be seen of the live side at /metrics. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export class RealtimeMetrics {
  constructor(private readonly registry: Registry) {}

  readonly subscribers = new Gauge({ name: 'plaza_subscribers', help: 'Open subscriptions.', registers: [this.registry] });

  readonly subscribersAdmitted = new Counter({
    name: 'plaza_subscribers_admitted_total',
    help: 'Subscriptions opened, including those that have ended since.',
    registers: [this.registry],
  });

  readonly eventsDelivered = new Counter({
    name: 'plaza_events_delivered_total',
    help: 'Events handed to subscribers, each subscriber counted.',
    registers: [this.registry],
  });

  readonly deliveryLag = new Histogram({
    name: 'plaza_event_delivery_lag_seconds',
    help: 'From the writing of an event until it was handed to the subscribers of this process.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers: [this.registry],
  });

  readonly subscribersDropped = new Counter({
    name: 'plaza_subscribers_dropped_total',
    help: 'Subscribers closed by the server, by reason.',
    labelNames: ['reason'],
    registers: [this.registry],
  });

  readonly subscribersResumed = new Counter({
    name: 'plaza_subscribers_resumed_total',
    help: 'Subscriptions that went on after a cursor.',
    registers: [this.registry],
  });
}
