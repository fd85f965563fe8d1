import { referencePages } from '../.vitepress/reference.ts';

export default {
  paths: () => referencePages().map(({ page, title, content }) => ({ params: { page, title }, content })),
};
