import { createRoot } from 'react-dom/client';
import { Playground } from './playground.tsx';
import './style.css';

createRoot(document.getElementById('root')!).render(<Playground />);
