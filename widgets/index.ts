/** The script behind `/widgets.js`: defines the elements, once however often it is included. */
import { PlazaQuestions } from './questions.js';
import { PlazaRating } from './rating.js';
import { PlazaReviews } from './reviews.js';

const elements = { 'plaza-rating': PlazaRating, 'plaza-reviews': PlazaReviews, 'plaza-questions': PlazaQuestions };

for (const [name, element] of Object.entries(elements)) if (!customElements.get(name)) customElements.define(name, element);
