/** Puts a picture where a mutation can use it. */
import { graphql } from './gql';
import type { UploadPurpose } from './gql/graphql';
import { apollo } from './shop';

const Create = graphql(`
  mutation CreateUpload($input: CreateUploadInput!) {
    createUpload(input: $input) {
      upload {
        imageId
        url
        method
        headers {
          name
          value
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

/** @throws Error where the picture did not arrive */
export async function uploadImage(file: File, purpose: UploadPurpose) {
  const input = { byteSize: file.size, contentType: file.type, purpose };
  const { data } = await apollo.mutate({ mutation: Create, variables: { input } });
  const { upload, userErrors = [] } = data?.createUpload ?? {};
  if (!upload) return { imageId: '', userErrors };
  const headers = Object.fromEntries(upload.headers.map(({ name, value }) => [name, value]));
  const { ok, status } = await fetch(upload.url, { method: upload.method, headers, body: file });
  if (!ok) throw new Error(`The upload was answered with ${status}.`);
  return { imageId: upload.imageId, userErrors };
}
