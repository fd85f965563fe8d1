/** An update that is written as a pipeline. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import type { ExpressionOptions } from '../expressions/index.js';
import { isDocument } from '../values/types.js';
import { reshaping, type Reshape } from './reshaping.js';

/** @throws CommandError for a stage that an update may not have */
export function runUpdatePipeline(stages: Document[], options: ExpressionOptions): Reshape {
  const steps = stages.map((stage) => {
    const [name, ...others] = isDocument(stage) ? Object.keys(stage) : [];
    if (name === undefined || others.length > 0) {
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
    }
    if (!Object.hasOwn(reshaping, name)) {
      if (!name.startsWith('$')) throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
      throw new CommandError(72, `${name} is not allowed to be used within an update`);
    }
    return reshaping[name]!(stage[name], options);
  });
  return (document) => steps.reduce((current, step) => step(current), document);
}
