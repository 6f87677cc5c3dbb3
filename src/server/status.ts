import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, QuotaFailure, RetryInfo } from '../gen/google/rpc/error_details.js';
import { Status } from '../gen/google/rpc/status.js';
import type { Any } from '../gen/google/protobuf/any.js';
import type { RouterError } from '../errors.js';

/** `ErrorInfo.domain` of every error of this service. */
export const ERROR_DOMAIN = 'pointsman.router.v1';

/** Trailer that carries google.rpc.Status (AIP-193). */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

function detail(typeName: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/google.rpc.${typeName}`, value: Buffer.from(value) };
}

function errorDetails(error: RouterError): Any[] {
  const info = { reason: error.reason, domain: ERROR_DOMAIN, metadata: error.metadata };
  const details = [detail('ErrorInfo', ErrorInfo.encode(info).finish())];
  if (error.fieldViolations.length > 0) {
    details.push(detail('BadRequest', BadRequest.encode({ fieldViolations: error.fieldViolations }).finish()));
  }
  if (error.retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: BigInt(Math.floor(error.retryAfterMs / 1000)),
      nanos: Math.round((error.retryAfterMs % 1000) * 1e6),
    };
    details.push(detail('RetryInfo', RetryInfo.encode({ retryDelay }).finish()));
  }
  if (error.code === 'RESOURCE_EXHAUSTED') {
    const violations = [{ subject: error.metadata['limit'] ?? 'server', description: error.message }];
    details.push(detail('QuotaFailure', QuotaFailure.encode({ violations }).finish()));
  }
  return details;
}

/**
 * An error as gRPC sends it: canonical code, message, and google.rpc.Status in the trailers. The cause stays here.
 * RetryInfo is repeated as `grpc-retry-pushback-ms`, which gRPC clients with a retry policy obey by themselves.
 */
export function toServiceError(error: RouterError): Partial<ServiceError> {
  const code = status[error.code];
  const metadata = new Metadata();
  const body = Status.encode({ code, message: error.message, details: errorDetails(error) }).finish();
  metadata.set(STATUS_DETAILS_KEY, Buffer.from(body));
  if (error.retryAfterMs !== undefined) {
    metadata.set('grpc-retry-pushback-ms', String(Math.ceil(error.retryAfterMs)));
  }
  return { code, details: error.message, metadata };
}
