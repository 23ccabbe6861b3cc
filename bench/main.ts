/** `npm run bench -- <question>`: each file answers one, as a ratio within one run, since machines are noisy. */
const QUESTIONS: Readonly<Record<string, () => Promise<void>>> = {
  roundtrip: async () => (await import('./roundtrip.ts')).roundtrip(),
  bridge: async () => (await import('./bridge.ts')).bridge(),
  durable: async () => (await import('./durable.ts')).durable(),
  fanout: async () => (await import('./fanout.ts')).fanout(),
  neighbours: async () => (await import('./neighbours.ts')).neighbours(),
  overload: async () => (await import('./overload.ts')).overload(),
};

const question = process.argv[2] ?? '';
const answer = Object.hasOwn(QUESTIONS, question) ? QUESTIONS[question] : undefined;
if (answer) {
  await answer();
} else {
  console.error(`usage: npm run bench -- <${Object.keys(QUESTIONS).join(' | ')}>`);
  process.exitCode = 2;
}
