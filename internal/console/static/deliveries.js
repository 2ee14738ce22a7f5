export const deliveryState = (state) => ({
  open: ['waiting', 'busy'], delivered: ['delivered', 'good'], dead: ['given up', 'bad'], expired: ['too old', 'warn'], cancelled: ['cancelled', ''],
}[state] ?? [String(state), '']);
