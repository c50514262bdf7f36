/** What a profile refers to in a Microsoft tenant. */
export interface DomainFacts {
  id: string;
  isVerified: boolean;
  isDefault: boolean;
  authenticationType: string;
}

export interface SkuFacts {
  skuId: string;
  skuPartNumber: string;
  capabilityStatus: string;
  consumedUnits: number;
  prepaidUnits: { enabled: number };
  servicePlans: { servicePlanId: string; servicePlanName: string }[];
}

export interface GroupFacts {
  id: string;
  displayName: string;
  groupTypes: string[];
  onPremisesSyncEnabled: boolean | null;
  /** SKUs that the members get. */
  assignedLicenses: { skuId: string }[];
}
