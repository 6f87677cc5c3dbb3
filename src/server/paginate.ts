import { RouterError } from '../errors.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/**
 * One page of a list (AIP-158). A token holds for the snapshot that made it; with another one it is refused, since
 * its position would mean something else.
 *
 * @throws RouterError FIELD_INVALID
 */
export function paginate<T>(
  items: readonly T[],
  request: { readonly pageSize: number; readonly pageToken: string },
  snapshotId: string,
): { items: readonly T[]; nextPageToken: string } {
  if (request.pageSize < 0) throw invalid('page_size', `must not be negative, got ${request.pageSize}`);
  const size = Math.min(request.pageSize === 0 ? DEFAULT_PAGE_SIZE : request.pageSize, MAX_PAGE_SIZE);
  const start = readToken(request.pageToken, snapshotId);
  const end = start + size;
  return {
    items: items.slice(start, end),
    nextPageToken: end < items.length ? `${snapshotId}:${end}` : '',
  };
}

function readToken(token: string, snapshotId: string): number {
  if (token === '') return 0;
  const [id, position] = token.split(':');
  const start = Number(position);
  if (id !== snapshotId || !Number.isSafeInteger(start) || start < 0) {
    throw invalid('page_token', 'not a token of the snapshot in service; start again without a token');
  }
  return start;
}

function invalid(field: string, description: string): RouterError {
  return new RouterError({
    reason: 'FIELD_INVALID',
    message: `${field}: ${description}`,
    metadata: { field },
    fieldViolations: [{ field, description }],
  });
}
