/** The tokenizer module of transformers.js, without its pipelines and image code. The package types only its whole. */
declare module '@xenova/transformers/src/tokenizers.js' {
  export { PreTrainedTokenizer } from '@xenova/transformers';
}

declare module '@xenova/transformers/src/env.js' {
  export { env } from '@xenova/transformers';
}
