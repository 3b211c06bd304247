import { render } from 'preact';
import { Store } from './store.js';

render(<Store />, document.getElementById('app')!);
