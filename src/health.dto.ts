export class HealthView {
  status: 'live' | 'ready';
}
