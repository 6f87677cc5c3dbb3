/** Names of the keys of one cache. All keys of a partition carry its name in braces, so that a cluster keeps them on one node. */
export interface RedisKeys {
  /** Hash: one entry. */
  entry(partition: string, exactKey: string): string;
  /** Vector set: the prompts of a partition. */
  vectors(partition: string): string;
  /** Lease on a request that is being answered. */
  lease(partition: string, exactKey: string): string;
  /** Sorted set: members of a tenant (see {@link memberOf}) by the time they expire. */
  tenant(tenantKey: string): string;
  /** Sorted set: tenants with entries, by the time their last one expires. */
  readonly tenants: string;
}

/** Keys under a prefix. Vectors of one format are never mixed with those of another, which Redis would refuse. */
export function createRedisKeys(prefix: string, vectorFormat: 'int8' | 'float'): RedisKeys {
  return {
    entry: (partition, exactKey) => `${prefix}:{${partition}}:e:${exactKey}`,
    vectors: (partition) => `${prefix}:{${partition}}:v:${vectorFormat}`,
    lease: (partition, exactKey) => `${prefix}:{${partition}}:l:${exactKey}`,
    tenant: (tenantKey) => `${prefix}:{${tenantKey}}:t`,
    tenants: `${prefix}:tenants-by-end`,
  };
}

/** An entry's name in its tenant's set. */
export function memberOf(partition: string, exactKey: string): string {
  return `${partition}.${exactKey}`;
}

/** Reads {@link memberOf}; undefined for anything else. */
export function readMember(member: string): { readonly partition: string; readonly exactKey: string } | undefined {
  const dot = member.indexOf('.');
  return dot > 0 ? { partition: member.slice(0, dot), exactKey: member.slice(dot + 1) } : undefined;
}
