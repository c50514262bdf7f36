/** The name of the service on every system. */
export const serviceName = 'hallpass-agent';
