/**
 * A client of a running router: asks for a decision and prints it.
 *
 *   npm start                                    # in one terminal
 *   node dist/examples/client.js "your prompt"   # in another
 */
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { ReasoningEffort, Role } from '../src/gen/pointsman/router/v1/prompt.js';
import { RouterServiceClient, type SelectModelResponse } from '../src/gen/pointsman/router/v1/router.js';

const address = process.env['POINTSMAN_ADDRESS'] ?? '127.0.0.1:50051';
const prompt = process.argv[2] ?? 'How do you say "good morning" in Finnish?';

const client = new RouterServiceClient(address, credentials.createInsecure());

function selectModel(text: string): Promise<SelectModelResponse> {
  return new Promise((resolve, reject) => {
    client.selectModel(
      {
        prompt: {
          messages: [{ role: Role.USER, text, parts: [] }],
          tools: [],
          reasoningEffort: ReasoningEffort.UNSPECIFIED,
        },
        sessionId: '',
      },
      new Metadata(),
      { deadline: Date.now() + 5_000 },
      (error: ServiceError | null, response) => (error === null ? resolve(response) : reject(error)),
    );
  });
}

try {
  const { decision } = await selectModel(prompt);
  console.log(`model: ${decision?.model ?? ''}`);
  console.log(`task:  ${decision?.task?.task ?? ''} (probability ${(decision?.task?.probability ?? 0).toFixed(2)})`);
  console.log(`why:   ${decision?.explanation ?? ''}`);
} finally {
  client.close();
}
