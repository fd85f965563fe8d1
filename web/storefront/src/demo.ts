/** The account that the server offers to try the demo shop with. Null in a real shop. */
export const demo = read();

function read(): { email: string; password: string } | null {
  const content = document.querySelector<HTMLMetaElement>('meta[name="plaza-demo"]')?.content;
  return content ? (JSON.parse(content) as { email: string; password: string }) : null;
}
