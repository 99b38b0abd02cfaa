// The client of TypeScript's `@modelcontextprotocol/sdk` 1.x.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { main } from './typescript.mjs';

await main(async ({ url, command: [program, ...args] }, options) => {
  const client = new Client({ name: 'doorman-clients', version: '1.0.0' });
  const transport = url
    ? new StreamableHTTPClientTransport(new URL(url), options)
    : new StdioClientTransport({ command: program, args });
  // The revision is told to transports only, and on stdio nobody keeps it.
  if (!url) transport.setProtocolVersion = (revision) => (transport.protocolVersion = revision);
  await client.connect(transport);
  return client;
});
