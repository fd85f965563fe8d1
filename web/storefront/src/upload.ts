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

export async function uploadImage(file: File, purpose: UploadPurpose): Promise<{ imageId: string } | { message: string }> {
  const input = { byteSize: file.size, contentType: file.type, purpose };
  const { data } = await apollo.mutate({ mutation: Create, variables: { input } });
  const { upload, userErrors } = data?.createUpload ?? {};
  if (!upload) return { message: userErrors?.[0]?.message ?? '' };
  const headers = Object.fromEntries(upload.headers.map(({ name, value }) => [name, value]));
  const { ok, statusText } = await fetch(upload.url, { method: upload.method, headers, body: file });
  return ok ? { imageId: upload.imageId } : { message: statusText };
}
