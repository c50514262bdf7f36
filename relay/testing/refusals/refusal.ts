/** An answer of Graph that refuses an operation, as it is documented or was reported, and what is made of it. */
import type { OperationKind } from '../../model/operation.ts';

export interface Refusal {
  kind: OperationKind;
  status: number;
  code?: string;
  message?: string;
  details?: object[];
  /** Instead of the error body. */
  body?: unknown;
  /** Kind of outcome, problem, who can put it right. */
  is: [string, string?, string?];
  /** In message or action. */
  says?: RegExp;
}

export const bad = { status: 400, code: 'Request_BadRequest' } as const;
export const denied = { status: 403, code: 'Authorization_RequestDenied' } as const;
export const noLicense = ['failed', 'AzureActiveDirectoryInvalidLicense', 'microsoft'] as [string, string, string];
