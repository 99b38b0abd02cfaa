// The client of TypeScript's `@modelcontextprotocol/client` 2.x, in the era that it is asked for.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { main } from './typescript.mjs';

await main(async ({ url, command: [program, ...args], era }, options) => {
  const client = new Client(
    { name: 'doorman-clients', version: '1.0.0' },
    { versionNegotiation: { mode: era ?? 'legacy' } },
  );
  const transport = url
    ? new StreamableHTTPClientTransport(new URL(url), options)
    : new StdioClientTransport({ command: program, args });
  await client.connect(transport);
  return client;
});
