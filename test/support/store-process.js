/** An embedded store in a process of its own, which a test may kill. */
import { startEmbeddedStore } from '../../dist/store/embedded/index.js';

try {
  const { uri } = await startEmbeddedStore({ directory: process.argv[2] });
  process.send({ uri });
} catch (error) {
  process.send({ error: error.message });
}
